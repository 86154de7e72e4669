/// What the bytes of an answer belong to, as far as pseudonyms care; reads XML, JSON, and what is neither.
///
/// It tolerates rubbish: whatever the bytes are, each is given once and in order. Bytes may come cut anywhere.
enum AnonymLexer {
  /// What bytes belong to.
  enum Place: Equatable {
    /// Tags, quotes, numbers, member names: never changed.
    case frame
    /// Text in which names may stand.
    case text
    /// The value of an element or member that holds a name.
    case name(AnonymNames.Kind)
    /// The value of one whose words are Qualys' own.
    case kept
  }

  case undecided
  case xml(XMLPlaces)
  case json(JSONPlaces)
  case plain

  init() { self = .undecided }

  /// Whether a backslash begins an escape in texts.
  var hasEscapes: Bool { if case .json = self { true } else { false } }

  /// Gives the bytes in pieces of one place each; ``decide(_:)`` has seen them.
  mutating func lex(_ bytes: [UInt8], _ body: (ArraySlice<UInt8>, Place) throws -> Void) rethrows {
    var start = 0
    var place = Place.frame
    /// Puts a byte to those before it, or begins a piece with it.
    func add(_ index: Int, _ its: Place) throws {
      if its != place {
        if start < index { try body(bytes[start..<index], place) }
        (start, place) = (index, its)
      }
    }
    switch self {
    case .undecided, .plain: try body(bytes[...], .text)
    case .xml(var places):
      for index in bytes.indices { try add(index, places.place(of: bytes[index])) }
      if start < bytes.count { try body(bytes[start...], place) }
      self = .xml(places)
    case .json(var places):
      for index in bytes.indices { try add(index, places.place(of: bytes[index])) }
      if start < bytes.count { try body(bytes[start...], place) }
      self = .json(places)
    }
  }

  /// Decides by the first byte that is no space and no byte order mark what the answer is, once.
  mutating func decide(_ bytes: [UInt8]) {
    guard case .undecided = self else { return }
    switch bytes.first(where: { $0 > 0x20 && ![0xEF, 0xBB, 0xBF].contains($0) }) {
    case UInt8(ascii: "<"): self = .xml(XMLPlaces())
    case UInt8(ascii: "{"), UInt8(ascii: "["): self = .json(JSONPlaces())
    case .some: self = .plain
    case nil: break
    }
  }
}
