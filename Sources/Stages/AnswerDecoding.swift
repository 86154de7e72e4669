internal import Records
internal import Streaming

/// Puts the pieces of answers together, page after page, into the records that stand in them: what all decoders do.
struct AnswerDecoding<Item: AnswerItem>: Sendable {
  /// Reads what comes next of the page at hand; made for its first bytes.
  var reader: AnswerReader?
  /// Why the page at hand cannot be read to its end.
  private(set) var failure: AnswerError?
  private var sums = PageSums()
  private let idPath = FieldPath(Item.shape.id.text)
  /// The item that came last, of whatever batch of the page.
  private var last: (id: String, fields: Fields)?

  init() {}

  /// Appends the batches that are ready once `batch` was read.
  mutating func decode(
    _ batch: Batch<Item.Answer>,
    into batches: inout ContiguousArray<Batch<Item>>,
    meter: StageMeter
  ) {
    let chunks = batch.records.lazy.map { $0.content.bytes[...] }
    if failure == nil, !chunks.isEmpty { read(chunks, of: batch.page, into: &batches, meter: meter) }
    if batch.position.isEnd { end(batch.page, batch.position.ending, into: &batches, meter: meter) }
  }

  /// Appends the batches that are ready once the page's next bytes were read.
  mutating func read(
    _ bytes: some Sequence<ArraySlice<UInt8>>,
    of page: Page,
    into batches: inout ContiguousArray<Batch<Item>>,
    meter: StageMeter
  ) {
    let reader = beginning()
    take(reader.read(bytes), of: page, into: &batches, meter: meter)
  }

  /// The reader of the page at hand.
  mutating func beginning() -> AnswerReader {
    let reader = self.reader ?? AnswerReader(Item.shape)
    self.reader = reader
    return reader
  }

  /// Appends the batches of the page's next piece.
  mutating func take(
    _ piece: AnswerPiece,
    of page: Page,
    into batches: inout ContiguousArray<Batch<Item>>,
    meter: StageMeter
  ) {
    var created = piece.itemCount
    let shift = sums.marks - piece.marksBefore
    for sealed in piece.sealed {
      var records = ContiguousArray<Item>()
      records.reserveCapacity(sealed.items.count)
      for item in sealed.items {
        let item = item.movingMark(by: shift)
        if !isRepeated(item.fields, on: page) { records.append(Item(item)) }
      }
      let repeated = sealed.items.count - records.count
      meter.count(created: created, left: records.count, repeated: repeated)
      created = 0
      batches.append(Batch(records, of: page, at: Position(marks: sealed.marks + shift)))
    }
    meter.count(created: created, left: 0)
    failure = piece.failure?.moved(from: piece.start, to: sums.place, after: piece.lastLineBetweenItems)
    sums.add(piece)
  }

  /// Whether an item came before: it is what the page before ended with, or the same as the one before it in all it holds.
  private mutating func isRepeated(_ fields: Fields, on page: Page) -> Bool {
    let id = idPath.flatMap { fields.text(at: $0) }
    defer { last = id.map { ($0, fields) } }
    guard let id else { return false }
    if let delivered = page.delivered, id == String(delivered) { return true }
    guard let last, last.id == id, last.fields.mark != fields.mark else { return false }
    return fields.holdsSame(as: last.fields)
  }

  /// Appends the page's last batches, and says what was learned of it.
  mutating func end(
    _ page: Page,
    _ ending: Position.Ending,
    into batches: inout ContiguousArray<Batch<Item>>,
    meter: StageMeter
  ) {
    let reader = beginning()
    var openID = sums.openID
    if failure == nil {
      let isAbandoned = ending == .abandoned
      take(isAbandoned ? reader.readRest() : reader.readEnd(), of: page, into: &batches, meter: meter)
      openID = sums.openID
      if isAbandoned {
        openID = openID ?? reader.openID
        // What is wrong with the little that came matters less than that no more did.
        failure = .transport(page.transportFailure ?? "the answer broke off")
      }
    }
    var report = sums.report
    let head = reader.report.head
    report.serverTime = head.serverTime.isEmpty ? nil : String(decoding: head.serverTime, as: UTF8.self)
    report.openID = openID
    report.ids = reader.ids
    report.nextID = head.nextID
    report.warningCode = head.warningCode
    report.isComplete = failure == nil
    report.failure = failure
    page.conclude(report)
    let outcome: Position.Ending = failure == nil ? .complete : .abandoned
    // Without ascending ids nobody knows where to go on: the page is asked for again from its beginning.
    let standing = failure != nil && page.isAskedAgain && !report.idsAscend ? 0 : report.marks
    batches.append(Batch([], of: page, at: Position(marks: standing, ending: outcome)))
    reset()
  }

  private mutating func reset() {
    reader = nil
    failure = nil
    sums = PageSums()
    last = nil
  }
}
