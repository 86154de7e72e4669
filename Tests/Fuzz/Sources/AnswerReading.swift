internal import Records
internal import Stages
internal import Streaming
internal import TestSupport

/// The logs of an XML answer read under limits of its own, and what was learned of it.
struct AnswerReading<Item: AnswerItem>: Equatable {
  /// The logs of the items that stand: all but those behind the last mark.
  private(set) var lines: [[UInt8]] = []
  private var summary = ""

  init(_ pieces: [[UInt8]], limits: AnswerLimits) throws {
    let reader = AnswerReader(Item.shape, limits: limits)
    var sealed: [AnswerReader.Sealed] = []
    var failure: AnswerError?
    do throws(AnswerError) {
      for piece in pieces {
        try reader.feed(piece)
        sealed += reader.takeSealed()
      }
      try reader.finish()
    } catch {
      failure = error
    }
    sealed += reader.takeSealed()
    let report = reader.report
    let items = sealed.flatMap(\.items).filter { $0.fields.mark < UInt32(report.marks) }
    lines = try Self.lines(of: items.map { Item($0) })
    summary = """
      \(report.marks) \(report.idsAscend) \(report.lastID ?? 0) \(report.drift) \(reader.ids) \
      \(String(decoding: report.head.serverTime, as: UTF8.self)) \(report.head.nextID ?? 0) \
      \(failure?.kind ?? "mended: \(reader.repairedCharacters) and \(reader.keptReferences)")
      """
  }

  /// Throws unless each log is JSON.
  func checkLines() throws {
    for line in lines { _ = try StrictJSON(line) }
  }

  private static func lines(of items: [Item]) throws -> [[UInt8]] {
    guard let hosts = items as? [Host] else { return try encoded(items) }
    return try encoded(StageRun(SplitDetections(), on: hosts).records)
  }

  private static func encoded<Input: LogRecord>(_ records: [Input]) throws -> [[UInt8]] {
    try StageRun(EncodeJSON<Input>(), on: records).records.map { try $0.bytes }
  }
}
