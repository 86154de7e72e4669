/// What goes wrong with an answer.
package enum Fault: Sendable, Equatable {
  // MARK: Another answer in its place

  /// Another status, with Qualys' code in the body if there is one, and header fields of the script's choice.
  case status(Int, code: Int? = nil, _ fields: ErrorFields = ErrorFields())
  /// An error inside a 200.
  case error(Int)
  /// A web page in place of the answer, with status 200.
  case html
  /// A 200 without a body.
  case empty
  /// A redirection to this address.
  case redirect(Int, to: String)

  // MARK: The connection

  /// The connection ends at once, and for so long nobody listens.
  case refuse(Duration)
  /// The connection ends after so many bytes of the body, without the last chunk; before the head, if `nil`.
  case cut(Int?)
  /// The same, but by a reset.
  case reset(Int?)
  /// The same in the midst of the body, and over TLS without its close_notify.
  case cutTLS(Int)
  /// Silence before the head, or after so many bytes of the body.
  case stall(Duration, after: Int?)
  /// So many bytes of the body each second.
  case drip(Int)

  // MARK: How the body's end is told

  /// A Content-Length that is too long or too short by so many bytes.
  case length(Int)
  /// Neither Content-Length nor chunks: the connection's end is the body's, after so many bytes or after all.
  case noLength(Int?)
  /// All of the body, but no last chunk.
  case noLastChunk
  /// A chunk's size that is no number, after so many bytes.
  case badChunk(Int)
  /// The body ends after so many bytes, as if that were all.
  case truncate(Int)
  /// The same, and the last words are those of Qualys' "incident signature".
  case incident(Int)

  // MARK: Compression

  /// A gzip body that ends after so many bytes, as if that were all.
  case gzipCut(Int)
  /// A gzip body with so many MiB of blanks in its midst, about 1,000 of which make one byte.
  case gzipBomb(Int)
  /// Bytes behind a gzip body that are no gzip.
  case gzipJunk

  // MARK: What the body says

  /// What no parser takes, in the first text or after so many bytes.
  case insert(HostileText, at: Int?)
  /// Entities that nobody should expand.
  case entities(HostileEntities)
  /// So many elements, one in the other.
  case deep(Int)
  /// So many attributes of one element.
  case attributes(Int)
  /// A name of so many bytes.
  case longName(Int)
  /// Limits in the header fields that cannot be.
  case headers(AbsurdLimits)

  // MARK: Lists

  /// An answer of the gateway without `hasMore`.
  case missingHasMore
  /// A WARNING that names this number for the next page, whether there is one or not; `first` is the page's own first.
  case nextID(String)
  /// The host before the page's first once more.
  case repeatedHost
  /// The page's hosts from the last to the first.
  case unordered
  /// No entry for every QID that this number divides.
  case lacking(Int)
  /// A day has gone by, and hosts, assets and entries have changed.
  case nextRound
  /// The token that the call has is one no longer.
  case expiredToken
}

extension Fault {
  /// The number of bytes of the body after which it happens.
  var place: Int? {
    switch self {
    case .cut(let place), .reset(let place), .stall(_, let place), .noLength(let place): place
    case .truncate(let place), .incident(let place), .badChunk(let place), .cutTLS(let place): place
    case .gzipCut(let place): place
    default: nil
    }
  }

  /// Whether the body is gzip, whoever asks.
  var needsGzip: Bool {
    switch self {
    case .gzipCut, .gzipBomb, .gzipJunk: true
    default: false
    }
  }
}
