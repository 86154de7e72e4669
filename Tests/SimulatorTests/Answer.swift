import Simulator

/// An answer as a whole, with the little reading that these tests need.
struct Answer {
  private(set) var bytes: [UInt8] = []
  private(set) var chunkSizes: [Int] = []

  var text: String { String(decoding: bytes, as: UTF8.self) }

  init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  init(page: Int = 0, of simulation: DetectionsSimulation) {
    simulation.writePage(page) { chunk in
      bytes += chunk
      chunkSizes.append(chunk.count)
    }
  }

  init(of simulation: KnowledgeBaseSimulation) {
    simulation.writeAnswer { chunk in
      bytes += chunk
      chunkSizes.append(chunk.count)
    }
  }

  init(emptyOf simulation: DetectionsSimulation) {
    simulation.writeEmptyAnswer { bytes += $0 }
  }

  /// The texts between each `<name>` and the next `</name>`, as they stand there.
  func contents(of name: String) -> [Substring] {
    var contents: [Substring] = []
    var rest = text[...]
    while let start = rest.firstRange(of: "<\(name)>") {
      rest = rest[start.upperBound...]
      guard let end = rest.firstRange(of: "</\(name)>") else { break }
      contents.append(rest[..<end.lowerBound])
      rest = rest[end.upperBound...]
    }
    return contents
  }

  /// The contents of the first RESULTS' CDATA section.
  var firstResults: Substring? {
    contents(of: "RESULTS").first.map { $0.dropFirst("<![CDATA[".count).dropLast("]]>".count) }
  }
}

extension Substring {
  /// The text of the first element of a name.
  func content(of name: String) -> Substring? {
    guard let start = firstRange(of: "<\(name)>") else { return nil }
    return self[start.upperBound...].prefix { $0 != "<" }
  }
}
