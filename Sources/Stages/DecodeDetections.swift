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

  private var decoding = AnswerDecoding<Host>()

  package init(_ options: Options) throws(OptionError) {}

  /// Creates the stage without a pipeline file.
  package init() {}

  package mutating func decode(
    _ batch: Batch<DetectionsAnswer>,
    into batches: inout ContiguousArray<Batch<Host>>,
    meter: StageMeter
  ) throws {
    decoding.decode(batch, into: &batches, meter: meter)
  }
}
