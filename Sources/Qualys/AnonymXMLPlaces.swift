/// What the bytes of an XML answer belong to: by the element whose tag came last.
struct XMLPlaces {
  private enum State {
    case text
    /// In a tag: its name, then its attributes.
    case tagName
    case attributes
    case quoted(UInt8)
    case comment
    case characterData
    case instruction
  }

  private var state = State.text
  private var element = AnonymLexer.Place.text
  /// The tag's name so far.
  private var name: [UInt8] = []
  /// The last three bytes, the newest lowest.
  private var recent: UInt32 = 0
  /// The text of the last `NAME`, which says what the `VALUE` beside it is.
  private var attribute: [UInt8] = []
  private var isInAttributeName = false

  mutating func place(of byte: UInt8) -> AnonymLexer.Place {
    recent = recent << 8 | UInt32(byte)
    switch state {
    case .text:
      if byte == UInt8(ascii: "<") {
        state = .tagName
        name.removeAll(keepingCapacity: true)
        return .frame
      }
      note(byte)
      return element
    case .characterData:
      if ends(with: 0x5D5D3E) { state = .text } else { note(byte) }
      return element
    case .tagName: return tagName(byte)
    case .attributes:
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "'"): state = .quoted(byte)
      case UInt8(ascii: ">"):
        endTag()
        return .frame
      // The tag before it was none.
      case UInt8(ascii: "<"):
        state = .tagName
        name.removeAll(keepingCapacity: true)
        return .frame
      default: break
      }
      return .text
    case .quoted(let quote):
      if byte == quote { state = .attributes }
      return .text
    case .comment:
      if ends(with: 0x2D2D3E) { state = .text }
      return .text
    case .instruction:
      if ends(with: 0x3F3E, of: 0xFFFF) { state = .text }
      return .frame
    }
  }

  private func ends(with mark: UInt32, of mask: UInt32 = 0xFF_FFFF) -> Bool { recent & mask == mark }

  private mutating func tagName(_ byte: UInt8) -> AnonymLexer.Place {
    switch byte {
    case UInt8(ascii: ">"): endTag()
    case UInt8(ascii: "<"): name.removeAll(keepingCapacity: true)
    case ...0x20:
      state = .attributes
    default:
      if name.count < 64 { name.append(byte) }
      if name.elementsEqual("![CDATA[".utf8) { state = .characterData }
      if name.elementsEqual("!--".utf8) { state = .comment }
      if name.elementsEqual("?".utf8) { state = .instruction }
    }
    return .frame
  }

  private mutating func endTag() {
    state = .text
    let tag = String(decoding: name, as: UTF8.self)
    if tag.hasPrefix("/") || tag.hasSuffix("/") {
      element = .text
      isInAttributeName = false
      if tag == "/ATTRIBUTE" { attribute = [] }
      return
    }
    isInAttributeName = tag == "NAME"
    if isInAttributeName { attribute = [] }
    element = tag == "VALUE" ? AnonymFields.attribute(attributeName) : AnonymFields.element(tag)
  }

  private mutating func note(_ byte: UInt8) {
    if isInAttributeName, attribute.count < 64 { attribute.append(byte) }
  }

  private var attributeName: String {
    String(decoding: attribute.filter { $0 > 0x20 && $0 != UInt8(ascii: "]") }, as: UTF8.self)
  }
}
