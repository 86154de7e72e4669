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
        about 50 bytes for each new record of the pages that are under way.
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

  @specialized(where Input == Detection)
  package mutating func process(
    _ batch: Batch<Input>,
    into output: inout Outlet<Input>,
    memory: any Memory
  ) throws {
    let ids = batch.records.map { $0.fields.bytes(at: path).map(Self.key) }
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

  /// An id as it is remembered: the 32 digits of one of ours as 16 bytes, any other text as it is.
  static func key(_ id: [UInt8]) -> [UInt8] {
    guard id.count == 32 else { return id }
    var key: [UInt8] = []
    key.reserveCapacity(16)
    for place in stride(from: 0, to: 32, by: 2) {
      guard let high = digit(id[place]), let low = digit(id[place + 1]) else { return id }
      key.append(high << 4 | low)
    }
    return key
  }

  private static func digit(_ letter: UInt8) -> UInt8? {
    switch letter {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): letter - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): letter - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
