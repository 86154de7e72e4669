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
  package static let grammar = """
      detections 2: status 503       # another status; 'status 409 1965' with Qualys' code in it
      detections 3-5: error 2001     # Qualys' error inside a 200
      detections *: html             # a web page with status 200
      knowledge-base 1: empty        # a 200 without a body
      detections 3: cut 1000         # the connection ends after 1000 bytes; before the head without a number
      detections 3: reset 500        # the same by a reset
      detections 3: truncate 1000    # the body ends there as if that were all
      detections 3: incident 1000    # the same, with an incident signature as its last words
      assets 1: stall 5s             # silence before the head; 'stall 5s 1000' after 1000 bytes
      knowledge-base 1: drip 100/s   # bytes of the body each second
      detections 2: bad-utf8         # bytes that are no UTF-8 and characters that XML forbids
      assets 2: missing-has-more     # no hasMore in the page
      detections 1: next-id 5        # a WARNING that names 5 for the next page
    """
}

/// What is wrong with a fault script, and where.
package struct FaultScriptError: Error, Equatable, CustomStringConvertible {
  package var line: Int
  package var column: Int
  package var message: String

  package var description: String { "\(line):\(column): error: \(message)" }
}
