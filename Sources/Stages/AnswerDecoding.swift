internal import Records
internal import Streaming

/// Reads answers, page after page, into the records that stand in them: what all decoders do.
struct AnswerDecoding<Item: AnswerItem>: Sendable {
  /// The answer at hand.
  ///
  /// Made for the first bytes of a page, so each iterator has one of its own and uses it alone.
  private nonisolated(unsafe) var reader: AnswerReader?
  private var failure: AnswerError?
  /// The item that was at hand when the answer went wrong.
  private var openID: UInt64?
  /// Marks of complete items that went out.
  private var marks = 0
  private var counted = 0
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
    let reader = unsafe self.reader ?? AnswerReader(Item.shape)
    unsafe self.reader = reader
    if failure == nil { read(batch.records, with: reader) }
    if batch.position.isEnd, failure == nil { finish(batch, with: reader) }
    if failure != nil, openID == nil { openID = reader.openID }
    give(batch.page, from: reader, into: &batches, meter: meter)
    if batch.position.isEnd { end(batch.page, of: reader, into: &batches) }
  }

  private mutating func read(_ chunks: ContiguousArray<Item.Answer>, with reader: AnswerReader) {
    for chunk in chunks where failure == nil {
      do { try reader.feed(chunk.content.bytes) } catch { failure = error }
    }
  }

  private mutating func finish(_ batch: Batch<Item.Answer>, with reader: AnswerReader) {
    if batch.position.ending == .abandoned {
      // What is wrong with the little that came matters less than that no more did.
      try? reader.flush()
      failure = .transport(batch.page.transportFailure ?? "the answer broke off")
      return
    }
    do { try reader.finish() } catch { failure = error }
  }

  private mutating func give(
    _ page: Page,
    from reader: AnswerReader,
    into batches: inout ContiguousArray<Batch<Item>>,
    meter: StageMeter
  ) {
    for sealed in reader.takeSealed() {
      var records = ContiguousArray<Item>()
      records.reserveCapacity(sealed.items.count)
      for item in sealed.items where !isRepeated(item.fields, on: page) { records.append(Item(item)) }
      marks = sealed.marks
      let repeated = sealed.items.count - records.count
      meter.count(created: reader.itemCount - counted, left: records.count, repeated: repeated)
      counted = reader.itemCount
      batches.append(Batch(records, of: page, at: Position(marks: marks)))
    }
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

  private mutating func end(
    _ page: Page,
    of reader: AnswerReader,
    into batches: inout ContiguousArray<Batch<Item>>
  ) {
    let (head, marks, idsAscend, lastID, drift) = reader.report
    var report = Page.Report()
    report.serverTime = head.serverTime.isEmpty ? nil : String(decoding: head.serverTime, as: UTF8.self)
    report.marks = marks
    report.idsAscend = idsAscend
    report.lastID = lastID
    report.openID = openID
    report.ids = reader.ids
    report.nextID = head.nextID
    report.warningCode = head.warningCode
    report.isComplete = failure == nil
    report.repairedCharacters = reader.repairedCharacters
    report.keptReferences = reader.keptReferences
    report.drift = drift
    report.failure = failure
    page.conclude(report)
    let ending: Position.Ending = failure == nil ? .complete : .abandoned
    // Without ascending ids nobody knows where to go on: the page is asked for again from its beginning.
    let standing = failure != nil && page.isAskedAgain && !idsAscend ? 0 : marks
    batches.append(Batch([], of: page, at: Position(marks: standing, ending: ending)))
    reset()
  }

  private mutating func reset() {
    unsafe reader = nil
    failure = nil
    openID = nil
    last = nil
    marks = 0
    counted = 0
  }
}
