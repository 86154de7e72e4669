package import XMLEvents

/// What one reader found in one piece of an answer; pieces that several readers read are put together in order.
package struct AnswerPiece: Sendable {
  /// Arenas with the items that end in the piece; their marks are the reader's own.
  package let sealed: [AnswerReader.Sealed]
  /// Complete items that its reader had read before it.
  package let marksBefore: Int
  /// Complete items that its reader has read with it.
  package let marks: Int
  /// Items and parts of items.
  package let itemCount: Int
  /// The first and the last id of complete items.
  package let firstID: UInt64?
  package let lastID: UInt64?
  /// Whether the ids of all that its reader has read grew.
  package let idsAscend: Bool
  package let drift: Int
  package let repairedCharacters: Int
  package let keptReferences: Int
  /// Where its reader began and ended with it, in what that reader has read.
  package let start: XMLPlace
  package let end: XMLPlace
  /// The line where its reader was between two items for the last time before it: what began there or above is an ancestor.
  package let lastLineBetweenItems: Int
  /// Whether it ends between two items: another reader could go on.
  package let endsBetweenItems: Bool
  /// What went wrong in it, and the id of the item that was at hand then, if it had come.
  package let failure: AnswerError?
  package let openID: UInt64?

  /// How far a reader is.
  struct End {
    var marks = 0
    var itemCount = 0
    var drift = 0
    var repairedCharacters = 0
    var keptReferences = 0
    var place = XMLPlace()
    var lastLineBetweenItems = 1
  }
}

extension AnswerReader {
  /// Reads the next piece of the answer.
  package func read(_ bytes: some Sequence<ArraySlice<UInt8>>) -> AnswerPiece {
    takePiece {
      () throws(AnswerError) in
      for slice in bytes {
        try unsafe slice.withUnsafeBufferPointer { slice throws(AnswerError) in
          try unsafe feed(UnsafeRawBufferPointer(slice))
        }
      }
    }
  }

  /// Reads what waits for more bytes, when none will come: the answer broke off.
  package func readRest() -> AnswerPiece { takePiece { () throws(AnswerError) in try flush() } }

  /// Reads the answer's end.
  package func readEnd() -> AnswerPiece { takePiece { () throws(AnswerError) in try finish() } }

  /// What was read and not given yet.
  private func takePiece(_ read: () throws(AnswerError) -> Void) -> AnswerPiece {
    let before = given
    unsafe state.pointee.firstID = nil
    var failure: AnswerError?
    do { try read() } catch { failure = error }
    // Sealing moves the item at hand.
    let openID = failure == nil ? nil : openID
    let endsBetweenItems = isBetweenItems
    let (_, marks, idsAscend, lastID, drift) = report
    given = AnswerPiece.End(
      marks: marks,
      itemCount: itemCount,
      drift: drift,
      repairedCharacters: repairedCharacters,
      keptReferences: keptReferences,
      place: parser.place,
      lastLineBetweenItems: endsBetweenItems ? parser.place.line : before.lastLineBetweenItems
    )
    let firstID = unsafe state.pointee.firstID
    return AnswerPiece(
      sealed: takeSealed(),
      marksBefore: before.marks,
      marks: marks,
      itemCount: given.itemCount - before.itemCount,
      firstID: firstID,
      lastID: firstID == nil ? nil : lastID,
      idsAscend: idsAscend,
      drift: drift - before.drift,
      repairedCharacters: given.repairedCharacters - before.repairedCharacters,
      keptReferences: given.keptReferences - before.keptReferences,
      start: before.place,
      end: given.place,
      lastLineBetweenItems: before.lastLineBetweenItems,
      endsBetweenItems: endsBetweenItems,
      failure: failure,
      openID: openID
    )
  }

  /// Whether what follows is the next item or the list's end, in the first list of the answer.
  private var isBetweenItems: Bool {
    guard hasBegun, failure == nil, notice == nil, unsafe !state.pointee.hasLeftList else { return false }
    let listDepth = unsafe state.pointee.listDepth
    return unsafe listDepth > 0 && state.pointee.depth == listDepth && parser.isBetweenMarkup
  }
}
