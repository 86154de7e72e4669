internal import Foundation
internal import Qualys
internal import Streaming

/// How much a round asks for, as far as cheap calls can tell: hosts or assets, pages, calls, and how long those take.
struct RoundSize {
  private let count: Int
  private let items: String
  private let pageSize: Int
  /// The option that says how much comes in a page, and the most that it may say.
  private let pageOption: (name: String, most: Int)
  /// What Qualys' limits let those calls cost; nil when it told none.
  let budget: CallBudget?

  /// - Parameters:
  ///   - options: Those of the stream's source.
  ///   - leave: How many percent of the calls are for others.
  init(_ answer: Probe.Answer, of api: API, _ options: Options, leave: Int) {
    count = answer.count ?? 0
    items = api == .assets ? "assets" : "hosts"
    pageOption = api == .assets ? ("pageSize", 300) : ("truncation_limit", 1_000_000)
    pageSize = options.integer(pageOption.name) ?? 0
    budget = CallBudget(answer.limits, leave: leave)
  }

  /// How many calls a round takes at least.
  var calls: Int { pageSize == 0 ? 1 : max(1, (count + pageSize - 1) / pageSize) }

  /// How large pages must be for so many calls, as an option; nil when they cannot be, or are.
  func option(for calls: Int) -> String? {
    guard calls > 0, pageSize > 0 else { return nil }
    let size = (count + calls - 1) / calls
    return size > pageSize && size <= pageOption.most ? "\(pageOption.name): \(size)" : nil
  }

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
