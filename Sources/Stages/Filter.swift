package import Records
package import Streaming

/// Passes on the records that are as a condition says.
package struct Filter<Input: LogRecord>: Stage {
  package typealias Output = Input

  package static var component: Component {
    Component(
      "filter",
      summary: "Passes on the records for which a condition holds, and drops the others.",
      discussion: """
        Of a field that repeats, one text that passes is enough. Numbers are compared as numbers when both sides are. \
        Before split-detections a record is a host (or a part of a large one) and is kept or dropped whole.
        """,
      form: .options(Condition.options()),
      example: "- filter: { field: DETECTION.SEVERITY, at-least: 3 }"
    )
  }

  private let condition: Condition
  /// Why records go: the condition, unless it holds what is nobody's to read.
  private let reason: String

  package init(_ options: Options) throws(OptionError) {
    condition = try Condition(options.entries)
    reason = options.holdsSecrets ? "filtered" : condition.opposite
  }

  @specialized(where Input == Detection)
  package mutating func process(_ batch: Batch<Input>, into output: inout Outlet<Input>) throws {
    var dropped = 0
    for record in batch.records {
      if condition.holds(for: record.fields) { output.append(record) } else { dropped += 1 }
    }
    if dropped > 0 { output.drop(dropped, because: reason) }
  }
}
