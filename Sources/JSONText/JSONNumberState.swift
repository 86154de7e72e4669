/// How far a number has come.
enum JSONNumberState: UInt8 {
  case minus
  case zero
  case integer
  case point
  case fraction
  case exponent
  case exponentSign
  case exponentDigits

  /// Whether the number may end here.
  var isWhole: Bool {
    switch self {
    case .zero, .integer, .fraction, .exponentDigits: true
    case .minus, .point, .exponent, .exponentSign: false
    }
  }

  /// The state after one more byte; nil when the byte does not belong to the number.
  func following(_ byte: UInt8) -> JSONNumberState? {
    let isDigit = byte &- UInt8(ascii: "0") < 10
    let isExponent = byte | 0x20 == UInt8(ascii: "e")
    switch self {
    case .minus: return byte == UInt8(ascii: "0") ? .zero : isDigit ? .integer : nil
    case .zero: return byte == UInt8(ascii: ".") ? .point : isExponent ? .exponent : nil
    case .integer:
      if isDigit { return .integer }
      return byte == UInt8(ascii: ".") ? .point : isExponent ? .exponent : nil
    case .point: return isDigit ? .fraction : nil
    case .fraction: return isDigit ? .fraction : isExponent ? .exponent : nil
    case .exponent:
      if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { return .exponentSign }
      return isDigit ? .exponentDigits : nil
    case .exponentSign, .exponentDigits: return isDigit ? .exponentDigits : nil
    }
  }
}
