/// What deflates for a ``GzipCompressor``.
///
/// For the implementer: the same bytes give the same member, in however many pieces they come. Not for two tasks at
/// once.
protocol GzipEngine: AnyObject {
  /// Compresses the next bytes of the current member and appends what is ready.
  func compress(_ input: UnsafeRawBufferPointer, into output: inout [UInt8])

  /// Ends the member and makes ready for another.
  func finishMember(into output: inout [UInt8])
}
