/// The first host of a Host List answer (`details=None`): `<ID_SET><ID>7</ID>` or `<ID_SET><ID_RANGE>7-9</ID_RANGE>`.
enum FirstHost {
  /// Its id; nil when the answer lists none, or is another one.
  static func id(in body: [UInt8]) -> UInt64? {
    let text = String(decoding: body, as: UTF8.self)
    guard let list = text.firstRange(of: "<ID_SET>") else { return nil }
    let rest = text[list.upperBound...]
    return ["<ID>", "<ID_RANGE>"].compactMap { tag in
      guard let start = rest.firstRange(of: tag)?.upperBound else { return nil }
      return UInt64(rest[start...].drop(while: \.isWhitespace).prefix { $0.isASCII && $0.isNumber })
    }.min()
  }
}
