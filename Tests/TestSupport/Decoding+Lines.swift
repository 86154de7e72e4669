package import Records
internal import Stages
package import Streaming

extension Decoding {
  /// Reads a page that a test wrote by hand.
  package init(_ page: SmallPage, chunk: Int = 64 * 1024) throws { try self.init(page.bytes, chunk: chunk) }

  /// What the decoder learned.
  package var report: Page.Report {
    get throws {
      guard let report = page.report else { throw ContractViolation("the page was not concluded") }
      return report
    }
  }

  /// The lines of all detections, as texts.
  package func texts(naming: LogFormat.Naming = .sumo) throws -> [String] {
    try lines(naming: naming).map { String(decoding: try $0.bytes, as: UTF8.self) }
  }

  /// The lines of all hosts, as texts.
  package func hostTexts(naming: LogFormat.Naming = .sumo) throws -> [String] {
    var encode = EncodeJSON<Host>(naming: naming)
    return try batches.flatMap { batch in
      var lines = Outlet<Line>()
      try encode.process(batch, into: &lines)
      return try lines.records.map { String(decoding: try $0.bytes, as: UTF8.self) }
    }
  }
}

extension SmallPage {
  /// The one log of a page with one detection.
  package func log(naming: LogFormat.Naming = .sumo) throws -> StrictJSON {
    let texts = try Decoding(self).texts(naming: naming)
    guard texts.count == 1 else { throw ContractViolation("\(texts.count) logs, not one") }
    return try StrictJSON(texts[0])
  }
}
