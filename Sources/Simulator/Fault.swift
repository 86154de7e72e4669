/// What goes wrong with an answer.
package enum Fault: Sendable, Equatable {
  /// Another status, with Qualys' code in the body if there is one.
  case status(Int, code: Int?)
  /// An error inside a 200.
  case error(Int)
  /// A web page in place of the answer, with status 200.
  case html
  /// A 200 without a body.
  case empty
  /// The connection ends after so many bytes of the body, without the last chunk; before the head, if `nil`.
  case cut(Int?)
  /// The same, but by a reset.
  case reset(Int?)
  /// The body ends after so many bytes, as if that were all.
  case truncate(Int)
  /// The same, and the last words are those of Qualys' "incident signature".
  case incident(Int)
  /// Silence before the head, or after so many bytes of the body.
  case stall(Duration, after: Int?)
  /// So many bytes of the body each second.
  case drip(Int)
  /// Bytes that are no UTF-8, and characters that XML forbids, in the first text.
  case badUTF8
  /// An answer of the gateway without `hasMore`.
  case missingHasMore
  /// A WARNING that names this number for the next page, whether there is one or not.
  case nextID(String)
}
