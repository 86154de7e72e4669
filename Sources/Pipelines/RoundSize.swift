internal import Foundation
internal import Qualys
internal import Streaming

/// How much a round asks for, as far as cheap calls can tell: hosts or assets, pages, calls, and how long those take.
struct RoundSize {
  private let count: Int
  private let items: String
  private let pageSize: Int
  /// What Qualys' limits let those calls cost; nil when it told none.
  let budget: CallBudget?

  /// - Parameters:
  ///   - options: Those of the stream's source.
  ///   - leave: How many percent of the calls are for others.
  init(_ answer: Probe.Answer, of api: API, _ options: Options, leave: Int) {
    count = answer.count ?? 0
    items = api == .assets ? "assets" : "hosts"
    pageSize = options.integer(api == .assets ? "pageSize" : "truncation_limit") ?? 0
    budget = CallBudget(answer.limits, leave: leave)
  }

  /// How many calls a round takes at least.
  var calls: Int { pageSize == 0 ? 1 : max(1, (count + pageSize - 1) / pageSize) }

  var visible: String { "\(Self.number(count)) \(items) visible" }

  var pages: String {
    pageSize == 0 ? "one page" : "\(Self.number(calls)) page\(calls == 1 ? "" : "s") of \(Self.number(pageSize))"
  }

  /// Calls, and how long Qualys' limits make them take.
  var effort: String { "\(Self.number(calls)) call\(calls == 1 ? "" : "s")\(budget.map(time) ?? "")" }

  private func time(_ budget: CallBudget) -> String {
    let windows = budget.windows(for: calls)
    return windows == 0
      ? ", under \(Self.length(of: budget.window))" : ", about \(Interval.text(.seconds(windows * budget.window)))"
  }

  static func length(of window: Int) -> String { window == 3600 ? "an hour" : Interval.text(.seconds(window)) }

  static func number(_ number: Int) -> String {
    number.formatted(.number.grouping(.automatic).locale(Locale(identifier: "en_US")))
  }
}
