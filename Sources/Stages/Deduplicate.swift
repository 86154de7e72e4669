package import Records
package import Streaming

/// Leaves out what was delivered before.
package struct Deduplicate<Input: LogRecord>: RememberingStage {
  package typealias Output = Input

  package static var component: Component {
    Component(
      "deduplicate",
      summary: "Drops records that were delivered before.",
      discussion: """
        Records are known by their `event_id`, which 'add-event-id' makes. One that a committed page had, or that came \
        earlier in this round, is dropped. An id is forgotten some time after it was delivered: then the same record \
        is delivered once more. Of a page that breaks off, what was not delivered is not remembered either. Memory: \
        about 250 bytes for each new record of the pages that are under way.
        """,
      form: .options([
        Option("for", .duration(1...(3660 * 86_400)), default: "14d", "How long an id is remembered.")
      ]),
      principal: "for",
      example: "- deduplicate: { for: 14d }",
      requires: ["add-event-id"],
      retention: "for"
    )
  }

  package init(_ options: Options) throws(OptionError) {}

  /// Creates the stage without a pipeline file.
  package init() {}

  // The path is right by construction.
  private let path = FieldPath("event_id")!

  package mutating func process(
    _ batch: Batch<Input>,
    into output: inout Outlet<Input>,
    memory: any Memory
  ) throws {
    let ids = batch.records.map { $0.fields.bytes(at: path) }
    let keys = ids.compactMap { $0 }
    var delivered = Set(zip(keys, try memory.values(for: keys)).compactMap { $1 == nil ? nil : $0 })
    var dropped = 0
    for (record, id) in zip(batch.records, ids) {
      guard let id, !id.isEmpty else {
        output.reject(record, because: "it has no 'event_id', so whether it was delivered before is not known")
        continue
      }
      guard delivered.insert(id).inserted else {
        dropped += 1
        continue
      }
      try memory.set([], for: id, at: record.fields.mark, of: batch.page)
      output.append(record)
    }
    if dropped > 0 { output.drop(dropped, because: "delivered before") }
  }
}
