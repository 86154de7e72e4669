internal import Qualys
internal import Records
internal import Stages
internal import Streaming
internal import TestSupport
internal import XMLEvents

extension FuzzTarget {
  /// Detections answers: the same logs for any cut, each of them JSON; a host's detections are as many as were counted.
  ///
  /// By choice the limits are so small that hosts come in parts and texts lie in files.
  static let detections = FuzzTarget(name: "detections") { input in
    try demandSame(places([input.document]), places(input.pieces), "where hosts stand")
    if input.document.hidesEndOfDocumentType { return }
    if input.hasChoice {
      let whole = try AnswerReading<Host>([input.document], limits: .small)
      try demandSame(whole, AnswerReading<Host>(input.pieces, limits: .small), "what is read in small parts")
      return try whole.checkLines()
    }
    let whole = try Decoding(pieces: [input.document])
    let cut = try Decoding(pieces: input.pieces)
    try demandSame(whole.summary, cut.summary, "the report")
    let lines = try whole.standingLines()
    try demandSame(lines, cut.standingLines(), "the logs")
    for line in try lines + whole.lines(naming: .qualys).map({ try $0.bytes }) { _ = try StrictJSON(line) }
    for host in whole.hosts {
      var count = 0
      host.fields.forEachDetection { _ in count += 1 }
      try demand(count == host.detectionCount, "\(host.detectionCount) detections were counted, not \(count)")
    }
  }

  private static func places(_ pieces: [[UInt8]]) -> [String] {
    var scanner = ElementScanner(
      ElementScanner.Kind("HOST", id: "ID"),
      inner: ElementScanner.Kind("DETECTION", id: "QID"),
      wanted: "1"
    )
    for piece in pieces { scanner.scan(piece) }
    return scanner.places.map { "\($0)" }
  }
}

extension Decoding {
  /// The logs of the hosts that stand: all but those behind the last mark.
  fileprivate func standingLines() throws -> [[UInt8]] {
    let marks = try report.marks
    return try lines().filter { $0.mark < UInt32(marks) }.map { try $0.bytes }
  }

  fileprivate var summary: String {
    get throws {
      let report = try report
      return """
        \(report.marks) \(report.idsAscend) \(report.lastID ?? 0) \(report.nextID ?? 0) \(report.warningCode ?? "") \
        \(report.serverTime ?? "") \(report.drift) \
        \(failure.map { $0.kind } ?? "mended: \(report.repairedCharacters) and \(report.keptReferences)")
        """
    }
  }
}

extension AnswerError {
  /// What happened, without its place and words: libxml2 looks as far ahead as the pieces allow.
  var kind: String {
    switch self {
    case .xml(let error):
      switch error.reason {
      case .malformed, .truncated: "broken XML"
      case .declaresEntity: "an entity"
      case .exceedsLimit: "too much"
      case .empty: "empty"
      }
    default: "\(self)"
    }
  }
}

extension AnswerLimits {
  /// Limits that a few hundred bytes reach.
  static var small: AnswerLimits {
    var limits = AnswerLimits()
    limits.batchBytes = 64
    limits.spillBytes = 24
    limits.recordBytes = 2048
    limits.depth = 12
    limits.names = 40
    limits.attributes = 4
    return limits
  }
}
