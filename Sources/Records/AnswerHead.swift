/// What stands in an answer outside its items: the server's time, the WARNING, an error.
package struct AnswerHead: Sendable {
  /// `RESPONSE/DATETIME`, as written.
  package var serverTime: [UInt8] = []
  /// `WARNING/CODE`.
  package var warningCode: String?
  /// `id_min` of `WARNING/URL`; nothing else of that URL is ever used.
  package var nextID: UInt64?
  /// `RESPONSE/CODE` and `RESPONSE/TEXT`, or the text of an old `RETURN`.
  package var code: String?
  package var text: String?
  private var details: [String] = []

  /// The open elements, from the root.
  private var path: [String] = []
  private var content: [UInt8] = []

  /// No honest text outside the items is longer.
  private static let limit = 64 * 1024

  mutating func start(_ name: String) {
    path.append(name)
    content = []
  }

  mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    unsafe content.append(contentsOf: bytes.prefix(Self.limit - content.count))
  }

  mutating func end() {
    let value = String(decoding: content, as: UTF8.self)
      .drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed()
    take(String(value), at: path.dropFirst().joined(separator: "/"))
    path.removeLast()
    content = []
  }

  private mutating func take(_ value: String, at place: String) {
    switch place {
    case "RESPONSE/DATETIME": serverTime = Array(value.utf8)
    case "RESPONSE/CODE": code = value
    case "RESPONSE/TEXT": text = value
    case "RESPONSE/WARNING/CODE": warningCode = value
    case "RESPONSE/WARNING/URL": nextID = Self.nextID(in: value)
    case "RESPONSE/ITEM_LIST/ITEM/KEY": details.append(value)
    case "RESPONSE/ITEM_LIST/ITEM/VALUE": if let key = details.popLast() { details.append("\(key) \(value)") }
    case _ where place.hasSuffix("RETURN"): text = value
    default: break
    }
  }

  /// The number after `id_min=` in a URL's query, if it is one.
  static func nextID(in url: String) -> UInt64? {
    guard let query = url.split(separator: "?", maxSplits: 1).dropFirst().first else { return nil }
    let values = query.split(separator: "&").compactMap { pair -> Substring? in
      pair.hasPrefix("id_min=") ? pair.dropFirst("id_min=".count) : nil
    }
    guard let value = values.last, value.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
    return UInt64(value)
  }

  /// The error that Qualys states, if it does.
  func refusal(isErrorDocument: Bool) -> AnswerError? {
    guard isErrorDocument || code != nil else { return nil }
    let more = details.isEmpty ? "" : " (\(details.joined(separator: ", ")))"
    return .qualys(code: code, text: (text ?? "no text was given") + more)
  }
}
