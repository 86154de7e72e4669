internal import Records
internal import TestSupport

@testable internal import Qualys

extension FuzzTarget {
  /// KnowledgeBase answers: the same logs for any cut, each of them JSON, also round notices that cut a tag in two.
  static let knowledgeBase = FuzzTarget(name: "knowledge-base") { input in
    try demandSame(places([input.document]), places(input.pieces), "where entries stand")
    if input.document.hidesEndOfDocumentType { return }
    let limits = input.hasChoice ? AnswerLimits.small : AnswerLimits()
    let whole = try AnswerReading<KnowledgeBaseEntry>([input.document], limits: limits)
    try demandSame(whole, AnswerReading(input.pieces, limits: limits), "what is read")
    try whole.checkLines()
  }

  private static func places(_ pieces: [[UInt8]]) -> [String] {
    var scanner = EntryScanner(offset: 0)
    for piece in pieces { scanner.scan(piece) }
    return scanner.entries.map { "\($0)" }
  }
}
