internal import Health
internal import Qualys
internal import Streaming

/// Says before a stream's first round how many hosts or assets there are, and how many calls and how long it will take.
///
/// That is one call more, which gives ids or a number. When it fails the round begins all the same, and nobody knows.
struct FirstRoundNotice {
  let plan: Plan
  let live: Live
  let probe: Probe

  init(_ plan: Plan, _ live: Live, _ connection: LiveConnection) {
    self.plan = plan
    self.live = live
    probe = Probe(connection.stream(keeping: nil).transport, versions: plan.qualys?.versions ?? [:])
  }

  /// - Throws: What ends all streams, such as a wrong password: the round would only count as another try.
  func tell(of stream: PlannedStream, since: Since?) async throws {
    guard live.tellsSize, let api = stream.api, api != .knowledgeBase else { return }
    let text: String
    do {
      let answer = try await live.stop.racing { try await ask(api, stream, since) }
      let size = RoundSize(answer, of: api, stream.source.options, leave: plan.qualys?.leave ?? 0)
      text = "\(size.visible), \(size.pages): about \(size.effort)"
    } catch {
      if error is Stopped || error is CancellationError || ErrorClass.endsAll(error) { throw error }
      // The round will meet it, too, and knows what to do about it.
      text = "how much there is could not be asked: \(error)"
    }
    live.onNotice("\(plan.name)/\(stream.name): \(text)")
  }

  private func ask(_ api: API, _ stream: PlannedStream, _ since: Since?) async throws -> Probe.Answer {
    if api == .assets { return try await probe.assets() }
    let window = since?.text.map { [APIRequest.Parameter("vm_processed_after", $0)] } ?? []
    return try await probe.hosts(DetectionsSource.hostFilters(of: stream.source.options) + window)
  }
}
