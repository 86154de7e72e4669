/// One entry of an asset's software list, about 1.2 KB.
struct SimulatedSoftware: Sendable {
  private let id: Int
  private let product: Product
  private let major: Int
  private let minor: Int
  private let isIgnored: Bool
  private let installed: SimulatedInstant

  init(using generator: inout SeededGenerator, installed: SimulatedInstant) {
    // Nineteen digits, as real ones have: no Double holds them.
    id = 1_000_000_000_000_000_000 + Int(generator.next() &>> 2)
    product = generator.pick(Product.all)
    major = generator.number(in: 1...24)
    minor = generator.number(in: 0...9)
    isIgnored = generator.chance(percent: 5)
    self.installed = installed + generator.below(200 * SimulatedInstant.day)
  }

  func write(to writer: inout JSONAnswerWriter) {
    writer.object { writer in
      writer.number("id", id)
      writer.string("discoverySources", "Agent")
      writer.string("fullName") {
        $0.append(product.name)
        $0.append(" ")
        writeVersion(to: &$0)
      }
      writer.string("softwareType", "Application")
      writer.truth("isIgnored", isIgnored)
      writer.null("ignoredReason")
      writer.string("category", "Network Application / Web Servers")
      writer.string("category1", "Network Application")
      writer.string("category2", "Web Servers")
      writer.string("productName", product.name)
      writer.string("component", "Server")
      writer.string("publisher", product.publisher)
      writer.string("edition", "Unknown")
      writer.string("marketVersion", text: writeVersion)
      writer.string("version", text: writeVersion)
      writer.null("update")
      writer.string("architecture", "x86_64")
      writer.date("installDate", installed)
      writer.string("installPath", product.path)
      writer.date("lastUpdated", installed)
      writer.null("lastUseDate")
      writer.string("language", "English")
      writer.null("formerlyKnownAs")
      writer.truth("isPackage", false)
      writer.truth("isPackageComponent", false)
      writer.null("packageName")
      writer.string("productUrl", "https:\\/\\/software.example\\/product")
      writer.object("lifecycle") {
        $0.date("gaDate", installed - 400 * SimulatedInstant.day)
        $0.string("eolDate", "Not Announced")
        $0.null("eosDate")
        $0.string("stage", "GA")
        $0.string("lifeCycleConfidence", "Exact")
      }
      writer.string("supportStageDesc", "Generally available and supported")
      writer.object("license") {
        $0.string("category", "Open Source")
        $0.string("subcategory", "Permissive")
      }
      writer.null("authorization")
      writer.string("discoveredPublisher", product.publisher)
      writer.string("discoveredName", product.name)
      writer.string("discoveredVersion", text: writeVersion)
      writer.null("cpeId")
      writer.array("softwareInstances") { _ in }
    }
  }

  private func writeVersion(to text: inout AnswerWriter) {
    text.append(major)
    text.append(".")
    text.append(minor)
  }

  private struct Product: Sendable {
    var name: StaticString
    var publisher: StaticString
    var path: StaticString

    static let all = [
      Product(name: "Example HTTP Server", publisher: "Example Foundation", path: "\\/usr\\/local\\/httpd"),
      Product(name: "Beispiel Büro 2026", publisher: "Bücher GmbH & Co. KG", path: "C:\\\\Programme\\\\Büro"),
      Product(name: "\\u30c7\\u30fc\\u30bf\\u53ce\\u96c6 Agent", publisher: "株式会社例", path: "\\/opt\\/agent"),
      Product(name: "Tool \\\"quoted\\\" Suite", publisher: "A\\tB", path: "C:\\\\Tools"),
      Product(name: "sample-libs", publisher: "Example Linux", path: "\\/usr\\/lib64"),
      Product(name: "🚀 Launcher", publisher: "Rocket <Labs>", path: "\\/opt\\/launcher"),
    ]
  }
}
