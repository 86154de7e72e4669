package import Records
package import Streaming

/// Keeps some fields of each record, or all but some.
package struct Select<Input: LogRecord>: Stage {
  package typealias Output = Input

  package static var component: Component {
    Component(
      "select",
      summary: "Keeps the named fields of each record, or removes the named ones.",
      discussion: """
        An element is kept or removed with everything in it. Removing comes after keeping. Of what stages put beside the \
        fields, `event_id`, `entity_id` and KNOWLEDGE_BASE, only what is named is kept, too.
        """,
      form: .options([
        Option("keep", .list(.field), "Only these fields stay."),
        Option("remove", .list(.field), "These fields go."),
      ]),
      principal: "keep",
      example: "- select: { remove: [TAGS, DETECTION.QDS_FACTORS] }"
    )
  }

  private let changes: [FieldChange]

  package init(_ options: Options) throws(OptionError) {
    let keep = options.texts("keep")?.compactMap { FieldPath($0) }
    let remove = options.texts("remove")?.compactMap { FieldPath($0) } ?? []
    guard keep != nil || !remove.isEmpty else {
      throw OptionError(nil, "'select' says neither what to keep nor what to remove", help: "add 'keep:' or 'remove:'")
    }
    changes = (keep.map { [.keep($0)] } ?? []) + remove.map { .remove($0) }
  }

  @specialized(where Input == Detection)
  package mutating func process(_ batch: Batch<Input>, into output: inout Outlet<Input>) throws {
    for var record in batch.records {
      record.apply(changes)
      output.append(record)
    }
  }
}
