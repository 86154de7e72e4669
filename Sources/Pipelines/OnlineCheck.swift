internal import Health
package import Qualys
internal import Streaming

/// Asks Qualys whether a pipeline can run, by a few calls that give next to nothing; no state is touched.
package struct OnlineCheck: Sendable {
  /// What came of it.
  package struct Result: Sendable {
    /// What was seen, a line each.
    package var lines: [String] = []
    /// What is the matter.
    package var findings: [Diagnostic] = []
    /// Whether a person must do something about it; else what is the matter passes.
    package var needsPerson = false
  }

  private let plan: Plan
  private let probe: Probe

  /// - Parameter transport: What gives answers as they are on the wire.
  package init(_ plan: Plan, _ transport: any Transport) {
    self.plan = plan
    probe = Probe(InflatingTransport(transport), versions: plan.qualys?.versions ?? [:])
  }

  /// Asks each API that the pipeline uses, one after another; no further one when the password is wrong, since each try
  /// counts towards locking the account.
  package func run() async throws -> Result {
    var result = Result()
    for api in [API.detections, .knowledgeBase, .assets] {
      let streams = plan.streams.filter { $0.calls(api) }
      if streams.isEmpty { continue }
      do {
        try await ask(api, streams, &result)
      } catch {
        try Task.checkCancellation()
        let finding = OnlineTrouble(error, api)
        result.findings.append(plan.shown(finding.diagnostic(at: plan.qualysLocation)))
        result.needsPerson = result.needsPerson || finding.needsPerson
        if finding.isWrongPassword { break }
      }
    }
    return result
  }

  private func ask(_ api: API, _ streams: [PlannedStream], _ result: inout Result) async throws {
    guard api != .knowledgeBase else {
      let answer = try await probe.knowledgeBase()
      result.lines.append("\(api.rawValue): answers\(words(answer.limits))")
      return
    }
    for stream in streams {
      let options = stream.source.options
      let answer =
        try await api == .assets ? probe.assets() : probe.detections(DetectionsSource.hostFilters(of: options))
      let size = RoundSize(answer, of: api, options, leave: plan.qualys?.leave ?? 0)
      result.lines.append(
        "\(stream.name): \(size.visible), \(size.pages)\(words(answer.limits)): a round that asks for everything takes "
          + "about \(size.effort)"
      )
      if let budget = size.budget { checkInterval(of: stream, size, budget, &result) }
    }
  }

  /// Reports a round that cannot be finished before the next one is due.
  private func checkInterval(of stream: PlannedStream, _ size: RoundSize, _ budget: CallBudget, _ result: inout Result)
  {
    let calls = size.calls
    guard let every = stream.interval, !budget.allows(calls, every: Int(every.components.seconds)) else { return }
    let remedies = [
      "write 'every: \(Interval.text(Interval.rounded(seconds: budget.interval(for: calls))))'",
      size.option(for: budget.calls(every: Int(every.components.seconds))).map { "'\($0)'" },
      plan.qualys.map { "less than 'leave: \($0.leave)%'" },
    ]
    let finding = Diagnostic(
      .warning,
      "a round of '\(stream.name)' that asks for everything cannot be finished within 'every: \(Interval.text(every))': it "
        + "takes about \(RoundSize.number(calls)) calls, and \(RoundSize.number(budget.share)) in \(RoundSize.length(of: budget.window)) are its own",
      at: stream.source.location,
      help:
        "later rounds ask only for what changed; if that is much, too, "
        + remedies.compactMap { $0 }.joined(separator: ", or ")
    )
    result.findings.append(plan.shown(finding))
  }

  // MARK: - Words

  private func words(_ limits: RateHeaders) -> String {
    guard let limit = limits.limit, let left = limits.remaining else { return "; Qualys told no limit" }
    return "; \(RoundSize.number(left)) of \(RoundSize.number(limit)) calls left"
      + (limits.window.map { " in \(RoundSize.length(of: $0))" } ?? "")
  }
}
