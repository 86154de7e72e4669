package import Records
package import Streaming

/// Reads detections answers: XML in, hosts out, as the bytes arrive.
package struct DecodeDetections: Decoder {
  package typealias Input = DetectionsAnswer
  package typealias Output = Host

  package static let component = Component(
    "decode-detections",
    summary: "Reads the XML of a detections answer and gives its hosts as they arrive.",
    discussion: """
      Every element comes through, known or not, with its attributes; nothing is rewritten. White space round a value \
      is trimmed, but not inside the CDATA of RESULTS. Characters that XML forbids become U+FFFD, and their detection \
      says how many in REPAIRED_CHARACTERS. A host of more than 256 KiB comes in parts, so memory does not depend on \
      the size of a page, a host or a text.
      An answer that breaks off, that is not XML, that declares an entity or that holds an error of Qualys' is an \
      error of that page: the hosts that were complete before stand.
      """,
    example: "- decode-detections"
  )

  /// The answer at hand.
  ///
  /// Made for the first bytes of a page, so each iterator has one of its own and uses it alone.
  private nonisolated(unsafe) var reader: AnswerReader?
  private var failure: AnswerError?
  /// Marks of complete hosts that went out.
  private var marks = 0
  private var counted = 0

  package init(_ options: Options) throws(OptionError) {}

  /// Creates the stage without a pipeline file.
  package init() {}

  package mutating func decode(
    _ batch: Batch<DetectionsAnswer>,
    into batches: inout ContiguousArray<Batch<Host>>,
    meter: StageMeter
  ) throws {
    let reader = unsafe self.reader ?? AnswerReader(.detections)
    unsafe self.reader = reader
    if failure == nil { read(batch.records, with: reader) }
    if batch.position.isEnd, failure == nil { finish(batch, with: reader) }
    give(batch.page, from: reader, into: &batches, meter: meter)
    if batch.position.isEnd { end(batch.page, of: reader, into: &batches) }
  }

  private mutating func read(_ chunks: ContiguousArray<DetectionsAnswer>, with reader: AnswerReader) {
    for chunk in chunks where failure == nil {
      do { try reader.feed(chunk.content.bytes) } catch { failure = error }
    }
  }

  private mutating func finish(_ batch: Batch<DetectionsAnswer>, with reader: AnswerReader) {
    if batch.position.ending == .abandoned {
      failure = .transport(batch.page.transportFailure ?? "the answer broke off")
      return
    }
    do { try reader.finish() } catch { failure = error }
  }

  private mutating func give(
    _ page: Page,
    from reader: AnswerReader,
    into batches: inout ContiguousArray<Batch<Host>>,
    meter: StageMeter
  ) {
    for sealed in reader.takeSealed() {
      var hosts = ContiguousArray<Host>()
      hosts.reserveCapacity(sealed.items.count)
      for item in sealed.items { hosts.append(Host(item.fields, detectionCount: item.innerCount)) }
      marks = sealed.marks
      meter.count(created: reader.itemCount - counted, left: hosts.count)
      counted = reader.itemCount
      batches.append(Batch(hosts, of: page, at: Position(marks: marks)))
    }
  }

  private mutating func end(
    _ page: Page,
    of reader: AnswerReader,
    into batches: inout ContiguousArray<Batch<Host>>
  ) {
    let (head, marks, idsAscend, lastID, drift) = reader.report
    var report = Page.Report()
    report.serverTime = head.serverTime.isEmpty ? nil : String(decoding: head.serverTime, as: UTF8.self)
    report.marks = marks
    report.idsAscend = idsAscend
    report.lastID = lastID
    report.nextID = head.nextID
    report.warningCode = head.warningCode
    report.isComplete = failure == nil
    report.repairedCharacters = reader.repairedCharacters
    report.keptReferences = reader.keptReferences
    report.drift = drift
    report.failure = failure
    page.conclude(report)
    let ending: Position.Ending = failure == nil ? .complete : .abandoned
    batches.append(Batch([], of: page, at: Position(marks: marks, ending: ending)))
    reset()
  }

  private mutating func reset() {
    unsafe reader = nil
    failure = nil
    marks = 0
    counted = 0
  }
}
