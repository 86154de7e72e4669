/// What the bytes of a JSON answer belong to: by the member's name.
struct JSONPlaces {
  private struct Open {
    let isObject: Bool
    /// Whether the objects in it are user accounts, whose `name` is a user's.
    let holdsUsers: Bool
  }

  /// How deep arrays and objects are followed.
  private static var maximumDepth: Int { 256 }

  private var open: [Open] = []
  private var isInString = false
  private var isEscaped = false
  private var isMemberName = false
  private var expectsMemberName = false
  private var member: [UInt8] = []
  private var value = AnonymLexer.Place.text

  mutating func place(of byte: UInt8) -> AnonymLexer.Place {
    if isInString { return inString(byte) }
    switch byte {
    case UInt8(ascii: "\""):
      isInString = true
      isMemberName = expectsMemberName
      if isMemberName { member.removeAll(keepingCapacity: true) }
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      let isUsers = member.elementsEqual("userAccount".utf8) || open.last?.holdsUsers == true
      if open.count < Self.maximumDepth {
        open.append(Open(isObject: byte == UInt8(ascii: "{"), holdsUsers: isUsers))
      }
      expectsMemberName = byte == UInt8(ascii: "{")
    case UInt8(ascii: "}"), UInt8(ascii: "]"):
      _ = open.popLast()
      expectsMemberName = false
      if open.last?.isObject == true { member.removeAll(keepingCapacity: true) }
    case UInt8(ascii: ","): expectsMemberName = open.last?.isObject ?? false
    case UInt8(ascii: ":"): expectsMemberName = false
    default: break
    }
    return .frame
  }

  private mutating func inString(_ byte: UInt8) -> AnonymLexer.Place {
    if isEscaped {
      isEscaped = false
    } else if byte == UInt8(ascii: "\\") {
      isEscaped = true
    } else if byte == UInt8(ascii: "\"") {
      isInString = false
      if isMemberName {
        let name = String(decoding: member, as: UTF8.self)
        value = name == "name" && open.last?.holdsUsers == true ? .name(.user) : AnonymFields.member(name)
      }
      return .frame
    }
    guard isMemberName else { return value }
    if member.count < 64 { member.append(byte) }
    return .frame
  }
}
