internal import Records
package import Streaming

/// Puts the KnowledgeBase entry of its QID beside each detection.
///
/// An operator on the whole stream, and no stage: it waits for answers.
package struct JoinKnowledgeBase: Sendable {
  package static let component = Component(
    "join-knowledge-base",
    summary: "Puts the KnowledgeBase entry of its QID beside each detection, as KNOWLEDGE_BASE.",
    discussion: """
      Only QIDs that were seen are ever asked for, in sorted batches, and each entry is kept: on disk with the pipeline's \
      state, and in memory for the run. An entry is asked for again, if it was changed, after `refresh`, and in any case \
      after `full-refresh`. A QID without an entry leaves as it came, with KNOWLEDGE_BASE.MISSING 1, and is asked for again \
      after 24 hours. While entries are waited for, up to 16 batches (about 8 MiB) of detections wait with them. Memory: \
      up to 32 MiB of entries; more of them lie in the folder for temporary files.
      """,
    form: .options([
      Option("fields", .list(.field), "Only these fields of entries; whole entries, some KB each, when left out."),
      Option("qids-per-call", .integer(1...10_000), default: "500", "QIDs that are asked for together."),
      Option(
        "refresh",
        .duration(0...(365 * 86_400)),
        default: "24h",
        "How old an entry may be before Qualys is asked whether it changed."
      ),
      Option(
        "full-refresh",
        .duration(0...(3650 * 86_400)),
        default: "30d",
        "How old an entry may be before it is asked for as if it were new."
      ),
    ]),
    principal: "fields",
    example: "- join-knowledge-base: { fields: [TITLE, SEVERITY_LEVEL, CVE_LIST] }"
  )

  /// The fields of entries that are joined; nil for all of them.
  let fields: [FieldPath]?
  let qidsPerCall: Int
  /// Seconds after which Qualys is asked whether an entry changed, and after which it is asked for in any case.
  let refresh: Int
  let fullRefresh: Int

  package init(_ options: Options) throws(OptionError) {
    fields = options.texts("fields")?.compactMap { FieldPath($0) }
    qidsPerCall = options.integer("qids-per-call") ?? 500
    refresh = options.integer("refresh") ?? 86_400
    fullRefresh = options.integer("full-refresh") ?? 30 * 86_400
  }
}
