internal import JSONText

/// What stands in an assets answer outside its assets, or in the error that came instead.
struct AssetsEnvelope: Sendable {
  private(set) var responseCode: String?
  private var responseMessage: String?
  /// `hasMore`, when the answer says it.
  private(set) var hasMore: Bool?
  /// `lastSeenAssetId`.
  private(set) var lastSeenID: UInt64?
  /// `count`: assets in this page.
  private(set) var count: Int?
  /// Members of errors of the gateway: `{"status":401,"error":"Unauthorized","message":"JWT expired"}`.
  private var status: String?
  private var error: String?
  private var message: String?
  /// The first words of `authentication_exceptions`.
  private var refusedLogin: String?
  /// The first members of the answer.
  private var members: [String] = []

  /// No honest text outside the assets is longer.
  private static let limit = 1000

  /// Takes note of a member of the answer.
  mutating func meet(_ name: String) {
    if members.count < 8 { members.append(name) }
  }

  /// Takes a string, number or literal at the answer's top.
  mutating func take(_ raw: UnsafeRawBufferPointer, of name: String) {
    let text = unsafe Self.text(raw)
    switch name {
    case "responseCode": responseCode = text
    case "responseMessage": responseMessage = text
    case "hasMore": hasMore = Self.truth(text)
    case "lastSeenAssetId": lastSeenID = UInt64(text)
    case "count": count = Int(text)
    case "status", "errorCode", "code": status = text
    case "error": error = text
    case "message": message = text
    default: break
    }
  }

  /// Takes a string within a member at the answer's top.
  mutating func take(_ raw: UnsafeRawBufferPointer, within name: String) {
    if name == "authentication_exceptions", refusedLogin == nil { refusedLogin = unsafe Self.text(raw) }
  }

  private static func text(_ raw: UnsafeRawBufferPointer) -> String {
    let text = unsafe String(decoding: JSONUnescape.text(of: raw), as: UTF8.self)
    return text == "null" ? "" : String(text.prefix(limit))
  }

  private static func truth(_ text: String) -> Bool? {
    switch text {
    case "1", "true": true
    case "0", "false": false
    default: nil
    }
  }

  /// The error that the answer states, if it does.
  var refusal: AnswerError? {
    if let responseCode {
      if responseCode == "SUCCESS" { return nil }
      return .qualys(code: responseCode, text: responseMessage ?? message ?? "no text was given")
    }
    if let refusedLogin { return .qualys(code: status, text: refusedLogin) }
    guard status != nil || error != nil || message != nil else { return nil }
    let words = [error, message].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ": ")
    return .qualys(code: status, text: words.isEmpty ? "no text was given" : words)
  }

  /// What an answer that was read to its end does not say though it must.
  func omission(assets: Int, hasList: Bool) -> AnswerError? {
    if responseCode == nil {
      let names = members.isEmpty ? "no members" : members.map { "'\($0)'" }.joined(separator: ", ")
      return .notAssets("the answer is JSON, but no assets answer: it has no 'responseCode', but \(names)")
    }
    if hasMore == nil {
      return .notAssets("the answer does not say whether more follows: it has no 'hasMore'")
    }
    if let count, count > 0, !hasList {
      return .notAssets("the answer speaks of \(count) assets, but it has no 'assetListData.asset'")
    }
    return nil
  }
}
