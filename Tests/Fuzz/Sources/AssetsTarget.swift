internal import Qualys
internal import Records
internal import Stages
internal import Streaming
internal import TestSupport

extension FuzzTarget {
  /// Assets answers: the same logs for any cut, each of them JSON, also with software flattened.
  static let assets = FuzzTarget(name: "assets") { input in
    try demandSame(places([input.document]), places(input.pieces), "where assets stand")
    try demandSame(ReadJSON(input.document), ReadJSON(pieces: input.pieces), "the JSON")
    let choice = input.hasChoice ? FieldChoice(exclude: [excluded]) : FieldChoice()
    let whole = try AssetDecoding(pieces: [input.document], choice: choice)
    let cut = try AssetDecoding(pieces: input.pieces, choice: choice)
    try demandSame(whole.summary, cut.summary, "the report")
    try demandSame(whole.texts(), cut.texts(), "the logs")
    let flattened = try StageRun(FlattenSoftware(), on: whole.assets).records.map { $0.line().text }
    for text in whole.texts() + flattened {
      let read = ReadJSON(text)
      try demand(read.isAccepted && read.repairedCharacters == 0, "no JSON: \(text)")
    }
  }

  // A path that is right by construction.
  private static let excluded = FieldPath("softwareListData.software.version")!

  private static func places(_ pieces: [[UInt8]]) -> [String] {
    var scanner = MemberScanner(member: "assetId", wanted: "1")
    for piece in pieces { scanner.scan(piece) }
    return scanner.places.map { "\($0)" }
  }
}

extension AssetDecoding {
  fileprivate var summary: String {
    get throws {
      let report = try report
      return """
        \(report.marks) \(report.idsAscend) \(report.lastID ?? 0) \(report.lastSeenID ?? 0) \
        \(report.hasMore.map { "\($0)" } ?? "") \(report.drift) \(report.repairedCharacters) \
        \(failure.map { "\($0)" } ?? "whole")
        """
    }
  }
}
