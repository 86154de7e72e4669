/// Reads one rule of a fault script: an API, its calls, and a fault out of `FaultKind.all`.
struct FaultRuleReader {
  private var words: FaultWords

  init(_ statement: Substring, of line: Substring, number: Int) {
    words = FaultWords(statement, of: line, number: number)
  }

  /// Reads the rule, or nothing where there are no words.
  mutating func read() throws(FaultScriptError) -> FaultScript.Rule? {
    if words.isAtEnd { return nil }
    let api = try readAPI()
    let calls = try readCalls()
    try words.takeColon()
    let word = words.next()
    guard let kind = FaultKind.all.first(where: { $0.word == word }) else {
      let all = FaultKind.all.map(\.word).joined(separator: ", ")
      throw words.wrong("there is no fault '\(word)'; there are \(all)", at: word)
    }
    let fault = try kind.read(&words)
    guard kind.apis.contains(api) else {
      let apis = kind.apis.map { "'\($0.rawValue)'" }.joined(separator: ", ")
      throw words.wrong("only \(apis) can have '\(word)'", at: word)
    }
    words.skipBlanks()
    guard words.isAtEnd else {
      let place = words.rest
      throw words.wrong("'\(words.next())' follows the fault", at: place)
    }
    return FaultScript.Rule(api: api, calls: calls, fault: fault)
  }

  private mutating func readAPI() throws(FaultScriptError) -> SimulatedAPI {
    let word = words.nextBeforeColon()
    if let api = SimulatedAPI(rawValue: String(word)) { return api }
    let names = SimulatedAPI.allCases.map(\.rawValue).joined(separator: ", ")
    throw words.wrong("there is no API '\(word)'; there are \(names)", at: word)
  }

  private mutating func readCalls() throws(FaultScriptError) -> ClosedRange<Int> {
    let word = words.nextBeforeColon()
    if word == "*" { return 1...Int.max }
    let ends = word.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    guard (1...2).contains(ends.count), let first = ends.first, let last = ends.last, first >= 1, last >= first else {
      throw words.wrong("'\(word)' is no call; calls are a number from 1, two as in 2-4, or * for all", at: word)
    }
    return first...last
  }
}
