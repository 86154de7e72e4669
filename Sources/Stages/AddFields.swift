package import Records
package import Streaming

/// Adds fields with a constant text to each record.
package struct AddFields<Input: LogRecord>: Stage {
  package typealias Output = Input

  package static var component: Component {
    Component(
      "add-fields",
      summary: "Adds fields with a constant text to each record.",
      discussion: "Names are written out as they are given here; a field that is there already gets the new text.",
      form: .entries(key: .field, value: .text),
      example: "- add-fields: { Team: secops, DETECTION.Source: vmdr }"
    )
  }

  private let changes: [FieldChange]

  package init(_ options: Options) throws(OptionError) {
    var changes: [FieldChange] = []
    for (key, value) in options.entries {
      guard case .text(let text) = value, let path = FieldPath(key) else { continue }
      try EncodersNames.refuse(key, in: key)
      changes.append(.set(path, text))
    }
    self.changes = changes
  }

  @specialized(where Input == Detection)
  package mutating func process(_ batch: Batch<Input>, into output: inout Outlet<Input>) throws {
    for var record in batch.records {
      record.apply(changes)
      output.append(record)
    }
  }
}
