internal import DequeModule
package import Records
package import Streaming

/// Reads the page at hand with two readers, which take turns at its pieces.
package struct PairedReading: Sendable {
  private let pieceBytes: Int
  private var decoding = AnswerDecoding<Host>()
  private var page: Page?
  private var ending = Position.Ending.none
  /// What nobody reads yet.
  private var bytes = PageBytes()
  /// Pieces that are being read, in order: the first by the decoding's reader, the second by the other.
  private var atWork = Deque<Work>()
  /// The reader that is free: it stands between two items, where the one at work ends if the cut was right.
  private var spare: AnswerReader?
  /// The page up to its first host, for another reader.
  private var beginning = PageBeginning()

  private struct Work {
    let reader: AnswerReader
    let bytes: PageBytes
    let task: Task<AnswerPiece, Never>
  }

  package init(pieceBytes: Int) { self.pieceBytes = pieceBytes }

  /// Whether there is nothing to do before more bytes come.
  package var isIdle: Bool { bytes.count == 0 && atWork.isEmpty && ending == .none }

  /// Whether more bytes should be at hand than are.
  var wantsMore: Bool { bytes.count < 2 * pieceBytes }

  /// Whether a batch belongs to the page at hand.
  func accepts(_ batch: Batch<DetectionsAnswer>) -> Bool { page == nil || (page === batch.page && ending == .none) }

  package mutating func append(_ batch: Batch<DetectionsAnswer>) {
    for record in batch.records {
      beginning.append(record.content.bytes)
      bytes.append(record.content.bytes[...])
    }
    page = batch.page
    ending = batch.position.ending
  }

  /// Does what is next: takes the piece that was read first, or reads the next bytes, or ends the page.
  package mutating func proceed(into batches: inout ContiguousArray<Batch<Host>>, meter: StageMeter) async {
    guard let page else { return }
    startWork()
    if let first = atWork.popFirst() {
      let piece = await first.task.value
      decoding.reader = first.reader
      decoding.take(piece, of: page, into: &batches, meter: meter)
      if piece.endsBetweenItems { passOn(first.reader) } else { await takeBack() }
      // The free reader works while the batches travel.
      startWork()
    } else if let chunk = bytes.popChunk() {
      if decoding.failure == nil {
        decoding.read(CollectionOfOne(chunk), of: page, into: &batches, meter: meter)
      }
    } else if ending != .none {
      decoding.end(page, ending, into: &batches, meter: meter)
      self = PairedReading(pieceBytes: pieceBytes)
    }
  }

  /// The piece behind this one is as good as read: its reader is the page's now, and this one free.
  private mutating func passOn(_ reader: AnswerReader) {
    guard let next = atWork.first else { return }
    decoding.reader = next.reader
    spare = reader
  }

  /// The cut was wrong: what was read behind it is forgotten, and its reader with it.
  private mutating func takeBack() async {
    while let work = atWork.popLast() {
      _ = await work.task.value
      bytes.prepend(work.bytes)
    }
  }

  private mutating func startWork() {
    guard decoding.failure == nil else { return }
    if atWork.isEmpty {
      guard bytes.count >= 2 * pieceBytes, makeSpare() else { return }
      start(decoding.beginning())
    }
    if atWork.count == 1, let reader = spare, start(reader) { spare = nil }
  }

  /// Lets a reader read a piece; false where no host seems to end.
  @discardableResult
  private mutating func start(_ reader: AnswerReader) -> Bool {
    guard let piece = bytes.popPiece(of: pieceBytes) else { return false }
    atWork.append(Work(reader: reader, bytes: piece, task: Task { reader.read(piece.chunks) }))
    return true
  }

  /// Makes another reader, which has read the page up to its first host; false where that is no place to go on from.
  private mutating func makeSpare() -> Bool {
    if spare == nil { spare = beginning.reader() }
    return spare != nil
  }
}
