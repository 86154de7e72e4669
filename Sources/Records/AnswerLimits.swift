/// Bounds that no real answer comes near; what exceeds them is refused before it costs memory.
package struct AnswerLimits: Sendable {
  /// A batch's arena, and a host's part, are closed at the first end of a detection after so many bytes.
  package var batchBytes = 256 * 1024
  /// A text longer than this goes to a file.
  package var spillBytes = 1 << 20
  /// The texts of one host's own fields, or of one detection, without those in files.
  package var recordBytes = 16 << 20
  /// Elements within elements.
  package var depth = 60
  /// Different element and attribute names in one answer.
  package var names = 900
  /// Attributes of one element.
  package var attributes = 1000
  package init() {}

  /// Bounds of an assets answer: a cloud more brings a hundred names, and an asset is one record.
  package static var assets: AnswerLimits {
    var limits = AnswerLimits()
    limits.names = 4000
    limits.depth = 64
    return limits
  }
}
