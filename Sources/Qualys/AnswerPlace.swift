/// Where something stands in the bytes of an answer, inflated if it came compressed.
package struct AnswerPlace: Sendable, Equatable {
  /// Its id, as Qualys writes it.
  package var id: String
  /// Offsets from 0.
  package var bytes: Range<Int>
  /// Lines from 1.
  package var lines: ClosedRange<Int>
  /// How many of its kind stand before it in the answer.
  package var number: Int
  /// What stands in it, in order: the detections of a host.
  package var inner: [AnswerPlace] = []
}
