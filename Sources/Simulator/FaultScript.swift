/// Which calls go wrong, and how.
///
/// A rule on each line, or several between semicolons: an API, the numbers of its calls from 1, a fault. The first rule
/// that fits a call holds. What follows `#` is not read.
///
///     detections 2: status 503
///     detections 3-5: cut 1000
///     assets *: stall 5s
package struct FaultScript: Sendable, Equatable {
  struct Rule: Sendable, Equatable {
    var api: SimulatedAPI
    var calls: ClosedRange<Int>
    var fault: Fault
  }

  var rules: [Rule] = []

  /// Lets everything go well.
  package init() {}

  /// Reads a script.
  ///
  /// - Throws: A `FaultScriptError` that says where it is wrong.
  package init(_ text: String) throws(FaultScriptError) {
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let content = line.prefix { $0 != "#" }
      for statement in content.split(separator: ";") {
        var reader = FaultRuleReader(statement, of: line, number: index + 1)
        if let rule = try reader.read() { rules.append(rule) }
      }
    }
  }

  /// What goes wrong with an API's call of a number.
  func fault(of api: SimulatedAPI, call: Int) -> Fault? {
    rules.first { $0.api == api && $0.calls.contains(call) }?.fault
  }

  /// The faults there are, as a help text has them.
  package static var grammar: String {
    let examples = FaultKind.all.flatMap(\.examples)
    let width = 32
    return examples.map { rule, effect in
      let padding = String(repeating: " ", count: max(width - rule.count, 1))
      return "    \(rule)\(padding)# \(effect)"
    }.joined(separator: "\n")
  }
}

/// What is wrong with a fault script, and where.
package struct FaultScriptError: Error, Equatable, CustomStringConvertible {
  package var line: Int
  package var column: Int
  package var message: String

  package var description: String { "\(line):\(column): error: \(message)" }
}
