/// A second reading of Prometheus' text format 0.0.4, strict where the format leaves a choice.
///
/// Each family stands together: help, type, then its samples, each with labels that no other has.
struct PrometheusPage {
  struct Malformed: Error { var line: String }

  struct Family {
    var help: String?
    var type = ""
  }

  private(set) var families: [String: Family] = [:]
  /// By name and labels, `name{a=x,b=y}` with the values as they were before they were escaped.
  private(set) var samples: [String: Double] = [:]
  /// Names of families in their order.
  private(set) var order: [String] = []

  init(_ text: String) throws {
    guard text.isEmpty || text.hasSuffix("\n") else { throw Malformed(line: "the end") }
    var help: (name: Substring, text: String)?
    // "\r\n" is one character to Swift, and two to Prometheus.
    for scalars in text.unicodeScalars.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
      let line = String(scalars)
      let words = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
      if line.hasPrefix("# HELP ") {
        guard words.count == 4, help == nil else { throw Malformed(line: line) }
        help = (words[2], try Self.unescaped(words[3], quotes: false))
      } else if line.hasPrefix("# TYPE ") {
        let name = String(words[2])
        guard words.count == 4, ["counter", "gauge", "histogram"].contains(words[3]), Self.isName(name),
          help == nil || help?.name == words[2], families[name] == nil
        else { throw Malformed(line: line) }
        families[name] = Family(help: help?.text, type: String(words[3]))
        order.append(name)
        help = nil
      } else {
        guard help == nil else { throw Malformed(line: line) }
        try readSample(line)
      }
    }
  }

  private mutating func readSample(_ line: String) throws {
    let malformed = Malformed(line: line)
    guard let space = line.unicodeScalars.lastIndex(of: " "), let last = order.last,
      let value = Double(line[line.index(after: space)...].replacing("Inf", with: "inf"))
    else { throw malformed }
    var series = line[..<space]
    var labels: [String] = []
    if let brace = series.unicodeScalars.firstIndex(of: "{") {
      guard series.hasSuffix("}") else { throw malformed }
      labels = try Self.labels(series[brace...].dropFirst().dropLast())
      series = series[..<brace]
    }
    let suffixes = families[last]?.type == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
    guard suffixes.contains(where: { series == last + $0 }) else { throw malformed }
    let key = labels.isEmpty ? String(series) : "\(series){\(labels.joined(separator: ","))}"
    guard samples.updateValue(value, forKey: key) == nil else { throw malformed }
  }

  private static func labels(_ text: Substring) throws -> [String] {
    var rest = text.unicodeScalars[...]
    var labels: [String] = []
    while !rest.isEmpty {
      let name = String(String.UnicodeScalarView(rest.prefix { $0 != "=" }))
      rest = rest.dropFirst(name.unicodeScalars.count)
      guard isName(name), rest.starts(with: "=\"".unicodeScalars) else { throw Malformed(line: String(text)) }
      rest = rest.dropFirst(2)
      var value = String.UnicodeScalarView()
      while let scalar = rest.popFirst(), scalar != "\"" {
        value.append(scalar)
        if scalar == "\\", let next = rest.popFirst() { value.append(next) }
      }
      labels.append("\(name)=\(try unescaped(Substring(String(value)), quotes: true))")
      if rest.first == "," { rest = rest.dropFirst() } else if !rest.isEmpty { throw Malformed(line: String(text)) }
    }
    return labels
  }

  private static func unescaped(_ text: Substring, quotes: Bool) throws -> String {
    var result = String.UnicodeScalarView()
    var scalars = text.unicodeScalars.makeIterator()
    while let scalar = scalars.next() {
      guard scalar == "\\" else {
        result.append(scalar)
        continue
      }
      switch scalars.next() {
      case "\\": result.append("\\")
      case "n": result.append("\n")
      case "\"" where quotes: result.append("\"")
      default: throw Malformed(line: String(text))
      }
    }
    return String(result)
  }

  private static func isName(_ text: String) -> Bool { text.wholeMatch(of: /[a-zA-Z_][a-zA-Z0-9_]*/) != nil }
}
