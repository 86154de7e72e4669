internal import Records
internal import Streaming
internal import XMLEvents

/// What the pieces of a page come to, taken in order, whoever read them.
struct PageSums: Sendable {
  /// What is known of the page, as far as its items tell.
  private(set) var report = Page.Report()
  /// Where the page's next byte stands.
  private(set) var place = XMLPlace()

  var marks: Int { report.marks }
  var openID: UInt64? { report.openID }

  mutating func add(_ piece: AnswerPiece) {
    report.marks += piece.marks - piece.marksBefore
    if let first = piece.firstID, let last = report.lastID, first <= last { report.idsAscend = false }
    if !piece.idsAscend { report.idsAscend = false }
    report.lastID = piece.lastID ?? report.lastID
    report.openID = piece.openID
    report.drift += piece.drift
    report.repairedCharacters += piece.repairedCharacters
    report.keptReferences += piece.keptReferences
    place = place.advanced(from: piece.start, to: piece.end)
  }
}
