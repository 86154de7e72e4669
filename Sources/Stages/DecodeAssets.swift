package import Records
package import Streaming

/// Reads assets answers: JSON in, assets out, as the bytes arrive.
package struct DecodeAssets: Decoder {
  package typealias Input = AssetsAnswer
  package typealias Output = Asset

  package static let component = Component(
    "decode-assets",
    summary: "Reads the JSON of an assets answer and gives its assets as they arrive.",
    discussion: """
      Every member comes through, known or not, and every value as it came: numbers as their digits, null as null, dates \
      in either of Qualys' styles. Of a name that comes twice in an object the later one holds. Half a surrogate pair \
      and bytes that are no UTF-8 become U+FFFD. An asset goes out when it is complete; one of more than 16 MiB is \
      refused, so memory does not depend on the size of a page.
      An answer that breaks off, that is not JSON, that holds an error of Qualys' or does not say whether more follows \
      (`hasMore`) is an error of that page: the assets that were complete before stand.
      """,
    form: .options([
      Option(
        "include",
        .list(.field),
        "Only these fields are read, with assetId and lastModifiedDate; what they stand in stays, if need be empty."
      ),
      Option("exclude", .list(.field), "These fields are not read."),
    ]),
    principal: "include",
    example: "- decode-assets: { exclude: [softwareListData.software.lifecycle, processor] }"
  )

  private let choice: FieldChoice
  /// The answer at hand.
  ///
  /// Made for the first bytes of a page, so each iterator has one of its own and uses it alone.
  private nonisolated(unsafe) var reader: AssetsReader?
  private var failure: AnswerError?
  private var counted = 0

  package init(_ options: Options) throws(OptionError) {
    let exclude = options.texts("exclude")?.compactMap { FieldPath($0) } ?? []
    let names = FieldChoice.indispensable
    if let kept = exclude.first(where: { $0.names.count == 1 && names.contains($0.names[0]) }) {
      throw OptionError("exclude", "'\(kept)' must stay: it says which asset it is, and as of when")
    }
    choice = FieldChoice(include: options.texts("include")?.compactMap { FieldPath($0) }, exclude: exclude)
  }

  /// Creates the stage without a pipeline file.
  package init(_ choice: FieldChoice = FieldChoice()) { self.choice = choice }

  package mutating func decode(
    _ batch: Batch<AssetsAnswer>,
    into batches: inout ContiguousArray<Batch<Asset>>,
    meter: StageMeter
  ) throws {
    let reader = unsafe self.reader ?? AssetsReader(choice)
    unsafe self.reader = reader
    for chunk in batch.records where failure == nil {
      do { try reader.feed(chunk.content.bytes) } catch { failure = error }
    }
    if batch.position.isEnd, failure == nil { finish(batch, with: reader) }
    for sealed in reader.takeSealed() {
      meter.count(created: sealed.marks - counted, left: sealed.assets.count)
      counted = sealed.marks
      batches.append(Batch(ContiguousArray(sealed.assets), of: batch.page, at: Position(marks: sealed.marks)))
    }
    if batch.position.isEnd { end(batch.page, of: reader, into: &batches) }
  }

  private mutating func finish(_ batch: Batch<AssetsAnswer>, with reader: AssetsReader) {
    if batch.position.ending == .abandoned {
      // What is wrong with the little that came matters less than that no more did.
      try? reader.flush()
      failure = .transport(batch.page.transportFailure ?? "the answer broke off")
      return
    }
    do { try reader.finish() } catch { failure = error }
  }

  private mutating func end(
    _ page: Page,
    of reader: AssetsReader,
    into batches: inout ContiguousArray<Batch<Asset>>
  ) {
    var report = Page.Report()
    report.marks = reader.marks
    report.idsAscend = reader.idsAscend
    report.lastID = reader.lastID
    report.openID = failure == nil ? nil : reader.openID
    report.hasMore = reader.hasMore
    report.lastSeenID = reader.lastSeenID
    report.isComplete = failure == nil
    report.repairedCharacters = reader.repairedCharacters
    report.drift = reader.drift
    report.failure = failure
    page.conclude(report)
    let ending: Position.Ending = failure == nil ? .complete : .abandoned
    // Without ascending ids nobody knows where to go on: the page is asked for again from its beginning.
    let marks = failure != nil && page.isAskedAgain && !reader.idsAscend ? 0 : reader.marks
    batches.append(Batch([], of: page, at: Position(marks: marks, ending: ending)))
    unsafe self.reader = nil
    failure = nil
    counted = 0
  }
}
