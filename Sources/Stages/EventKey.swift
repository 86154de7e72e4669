/// An `event_id` as it is remembered.
enum EventKey: Hashable {
  /// One of ours.
  case digest(UInt128)
  /// Any other text.
  case text([UInt8])

  /// Reads an id; nil when it is empty.
  init?(_ id: [UInt8]) {
    if id.isEmpty { return nil }
    self = DigestText.number(id).map(Self.digest) ?? .text(id)
  }

  /// The key of a state: 16 bytes, or the text.
  var bytes: [UInt8] {
    switch self {
    case .digest(let number): unsafe withUnsafeBytes(of: number.bigEndian) { unsafe Array($0) }
    case .text(let text): text
    }
  }
}
