package import Records
package import Streaming

/// Gives fields other names.
package struct Rename<Input: LogRecord>: Stage {
  package typealias Output = Input

  package static var component: Component {
    Component(
      "rename",
      summary: "Gives fields other names, written out as they are given here.",
      discussion: "A field keeps its place; later stages know it by its new name.",
      form: .entries(key: .field, value: .text),
      example: "- rename: { DETECTION.RESULTS: Evidence }"
    )
  }

  private let changes: [FieldChange]

  package init(_ options: Options) throws(OptionError) {
    var changes: [FieldChange] = []
    for (key, value) in options.entries {
      guard case .text(let name) = value, let path = FieldPath(key) else { continue }
      guard !name.isEmpty, !name.contains(".") else {
        throw OptionError(key, "'\(name)' is not a name", help: "give the new name alone, without a path")
      }
      if !key.contains(".") { try EncodersNames.refuse(name, in: key) }
      if Input.self == Host.self, ["DETECTION", "DETECTION_LIST.DETECTION"].contains(key) {
        throw OptionError(
          key,
          "a host's detections are known by the name DETECTION",
          help: "rename it after 'split-detections'"
        )
      }
      changes.append(.rename(path, name))
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
