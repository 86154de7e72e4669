package import Records
package import Streaming

/// Reads KnowledgeBase answers: XML in, entries out, as the bytes arrive.
package struct DecodeKnowledgeBase: Decoder {
  package typealias Input = KnowledgeBaseAnswer
  package typealias Output = KnowledgeBaseEntry

  package static let component = Component(
    "decode-knowledge-base",
    summary: "Reads the XML of a KnowledgeBase answer and gives its entries as they arrive.",
    discussion: """
      Every element comes through, known or not, with its attributes; nothing is rewritten, also not the HTML in \
      DIAGNOSIS, CONSEQUENCE and SOLUTION. White space round a value is trimmed. Characters that XML forbids become \
      U+FFFD, and their entry says how many in REPAIRED_CHARACTERS. Comments may stand anywhere: those that keep the \
      connection alive, and the notice of an evaluation subscription, which is taken out even where it cuts a tag or a \
      text in two. An answer with ids alone (`details=None`) has no entries. Memory: about 256 KiB and one entry.
      An answer that breaks off, that is not XML, that declares an entity or that holds an error of Qualys' is an \
      error of that page: the entries that were complete before stand.
      """,
    example: "- decode-knowledge-base"
  )

  private var decoding = AnswerDecoding<KnowledgeBaseEntry>()

  package init(_ options: Options) throws(OptionError) {}

  /// Creates the stage without a pipeline file.
  package init() {}

  package mutating func decode(
    _ batch: Batch<KnowledgeBaseAnswer>,
    into batches: inout ContiguousArray<Batch<KnowledgeBaseEntry>>,
    meter: StageMeter
  ) throws {
    decoding.decode(batch, into: &batches, meter: meter)
  }
}
