/// JSON as RFC 8259 has it and not a comma more; keeps the order of members and refuses a name that comes twice.
package indirect enum StrictJSON: Equatable, Sendable {
  case object([Member])
  case array([StrictJSON])
  case string(String)
  case number(String)
  case literal(String)

  package struct Member: Equatable, Sendable {
    package var name: String
    package var value: StrictJSON

    package init(name: String, value: StrictJSON) {
      self.name = name
      self.value = value
    }
  }

  package struct Fault: Error, CustomStringConvertible {
    package let description: String
  }

  package init(_ bytes: [UInt8]) throws {
    var parser = StrictJSONParser(bytes: bytes)
    self = try parser.document()
  }

  package init(_ text: String) throws { try self.init(Array(text.utf8)) }

  package subscript(name: String) -> StrictJSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  package subscript(index: Int) -> StrictJSON? {
    guard case .array(let values) = self, values.indices.contains(index) else { return nil }
    return values[index]
  }

  package var string: String? { if case .string(let text) = self { text } else { nil } }
  package var number: Int? { if case .number(let digits) = self { Int(digits) } else { nil } }
  package var names: [String] { if case .object(let members) = self { members.map(\.name) } else { [] } }
  package var count: Int { if case .array(let values) = self { values.count } else { names.count } }

  /// The same without a member.
  package func without(_ names: String...) -> StrictJSON {
    guard case .object(let members) = self else { return self }
    return .object(members.filter { !names.contains($0.name) })
  }

  /// The same with another value at a path.
  package func replacing(_ path: [String], with value: StrictJSON) -> StrictJSON {
    guard let first = path.first, case .object(let members) = self else { return value }
    return .object(
      members.map {
        $0.name == first ? Member(name: first, value: $0.value.replacing(Array(path.dropFirst()), with: value)) : $0
      }
    )
  }
}

private struct StrictJSONParser {
  let bytes: [UInt8]
  var index = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func document() throws -> StrictJSON {
    let value = try value()
    space()
    guard index == bytes.count else { throw fault("more after the end") }
    return value
  }

  private func fault(_ what: String) -> StrictJSON.Fault {
    let here = String(decoding: bytes[max(0, index - 20)..<min(bytes.count, index + 20)], as: UTF8.self)
    return StrictJSON.Fault(description: "\(what) at byte \(index), near \(here.debugDescription)")
  }

  private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

  private mutating func space() {
    while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { index += 1 }
  }

  private mutating func take(_ byte: UInt8) throws {
    guard next == byte else { throw fault("no '\(Character(UnicodeScalar(byte)))'") }
    index += 1
  }

  private mutating func value() throws -> StrictJSON {
    space()
    switch next {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"): return try literal()
    default: return try number()
    }
  }

  private mutating func object() throws -> StrictJSON {
    try take(UInt8(ascii: "{"))
    var members: [StrictJSON.Member] = []
    var names: Set<String> = []
    space()
    while next != UInt8(ascii: "}") {
      if !members.isEmpty { try take(UInt8(ascii: ",")) }
      space()
      let name = try string()
      guard names.insert(name).inserted else { throw fault("the name '\(name)' comes twice") }
      space()
      try take(UInt8(ascii: ":"))
      members.append(StrictJSON.Member(name: name, value: try value()))
      space()
    }
    index += 1
    return .object(members)
  }

  private mutating func array() throws -> StrictJSON {
    try take(UInt8(ascii: "["))
    var values: [StrictJSON] = []
    space()
    while next != UInt8(ascii: "]") {
      if !values.isEmpty { try take(UInt8(ascii: ",")) }
      values.append(try value())
      space()
    }
    index += 1
    return .array(values)
  }

  private mutating func literal() throws -> StrictJSON {
    for word in ["true", "false", "null"] where bytes[index...].starts(with: word.utf8) {
      index += word.utf8.count
      return .literal(word)
    }
    throw fault("no value")
  }

  private mutating func number() throws -> StrictJSON {
    let start = index
    while let byte = next, (0x30...0x39).contains(byte) { index += 1 }
    let digits = String(decoding: bytes[start..<index], as: UTF8.self)
    guard !digits.isEmpty, digits == "0" || !digits.hasPrefix("0") else { throw fault("no value of ours") }
    return .number(digits)
  }

  private mutating func string() throws -> String {
    try take(UInt8(ascii: "\""))
    var text: [UInt8] = []
    while true {
      let start = index
      while index < bytes.count, bytes[index] != 0x22, bytes[index] != 0x5C, bytes[index] >= 0x20 { index += 1 }
      text += bytes[start..<index]
      guard let byte = next, byte >= 0x20 else { throw fault("a bare control character, or no end of a string") }
      index += 1
      if byte == 0x22 { break }
      text += try escape()
    }
    guard let valid = String(validating: text, as: UTF8.self) else { throw fault("broken UTF-8 in a string") }
    return valid
  }

  private mutating func escape() throws -> [UInt8] {
    guard let byte = next else { throw fault("no escape") }
    index += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "u"):
      let digits = String(decoding: bytes[index..<min(index + 4, bytes.count)], as: UTF8.self)
      guard digits.utf8.count == 4, let number = UInt32(digits, radix: 16), let scalar = UnicodeScalar(number) else {
        throw fault("no character's number")
      }
      index += 4
      return Array(String(scalar).utf8)
    default: throw fault("no escape")
    }
  }
}
