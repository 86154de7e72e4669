/// A kind of fault: its word in scripts, what reads the rest of it, and the lines of help about it.
///
/// What scripts can say, what they are told they can say, and what `--help` shows are all this table.
struct FaultKind: Sendable {
  /// Reads what follows the word.
  typealias Reader = @Sendable (_ words: inout FaultWords) throws(FaultScriptError) -> Fault

  let word: String

  /// The APIs whose calls can have it.
  let apis: [SimulatedAPI]

  /// Rules that have it, and what each of them does.
  let examples: [(rule: String, effect: String)]

  let read: Reader

  init(
    _ word: String,
    of apis: [SimulatedAPI] = SimulatedAPI.allCases,
    _ examples: [(rule: String, effect: String)],
    read: @escaping Reader
  ) {
    self.word = word
    self.apis = apis
    self.examples = examples
    self.read = read
  }

  static let all = replacements + connections + endings + compressions + contents + lists

  static let xml: [SimulatedAPI] = [.detections, .knowledgeBase, .hosts]
}

extension FaultKind {
  /// Another answer in place of the right one.
  private static let replacements = [
    FaultKind(
      "status",
      [
        ("detections 2: status 503", "another status"),
        ("detections 2: status 409 1965 wait=181", "with Qualys' code in it, and seconds to wait"),
        ("detections 2: status 409 1965 headers=nan", "limits: blank, negative, huge, nan, absent"),
        (#"assets 2: status 429 retry-after="Sun, 22 Nov 2026 10:00:00 GMT""#, "any header field"),
      ],
      read: { words throws(FaultScriptError) in try words.status() }
    ),
    FaultKind("error", [("detections 3-5: error 2001", "Qualys' error inside a 200")]) {
      words throws(FaultScriptError) in .error(try words.number("a code", in: 1...9_999))
    },
    FaultKind("html", [("detections *: html", "a web page with status 200")]) { _ in .html },
    FaultKind("empty", [("knowledge-base 1: empty", "a 200 without a body")]) { _ in .empty },
    FaultKind("redirect", [("detections 1: redirect 307 https://elsewhere.example/", "a Location")]) {
      words throws(FaultScriptError) in
      let status = try words.number("a status of redirections", in: 300...399)
      let address = words.next()
      guard !address.isEmpty else { throw words.wrong("'redirect' takes a status and an address", at: address) }
      return .redirect(status, to: String(address))
    },
    FaultKind("headers", [("detections *: headers negative", "the same limits on a right answer")]) {
      words throws(FaultScriptError) in .headers(try words.choice("a kind of header fields"))
    },
  ]
}

extension FaultWords {
  fileprivate mutating func status() throws(FaultScriptError) -> Fault {
    let status = try number("a status", in: 200...599)
    var code: Int?
    var fields = ErrorFields()
    while !isAtEnd {
      let word = next()
      guard let sign = word.firstIndex(of: "="), sign > word.startIndex else {
        guard code == nil, fields == ErrorFields(), let number = Int(word), (1...9_999).contains(number) else {
          throw wrong("'\(word)' is not a code, nor name=value", at: word)
        }
        code = number
        continue
      }
      let (name, value) = (word[..<sign], word[word.index(after: sign)...])
      switch name {
      case "wait":
        guard let wait = Int(value), wait >= 0 else { throw wrong("'\(value)' is not a number of seconds", at: value) }
        fields.wait = wait
      case "headers": fields.limits = try choice("a kind of header fields", value)
      default: fields.others.append(NamedValue(String(name), String(value.filter { $0 != "\"" })))
      }
    }
    return .status(status, code: code, fields)
  }
}
