internal import Streaming
internal import Synchronization

/// Makes calls before somebody wants their answers, and puts the answers aside on disk: several ranges of hosts come at
/// once, and are read in order.
///
/// One for each stream. Stands above ``ThrottledTransport`` and below what inflates, so that answers wait as they came
/// over the wire. Calls made ahead leave one slot to whoever asks now. When the disk's bound is reached they wait, and
/// the answer that is being read goes on; should somebody wait for a slot meanwhile, the last of them is given up. An
/// answer that is no data, or did not come, is forgotten: whoever wants it asks anew.
///
/// Disk: at most `disk` bytes and a chunk, in files without names in `$TMPDIR`. Memory: a few chunks for each range.
package final class ReadAheadTransport: Transport {
  private struct State {
    /// What is to be asked next, in order.
    var wanted: [APIRequest] = []
    /// Calls that were made, in order, and whose answers nobody has asked for yet.
    var ahead: [ReadAheadRange] = []
    /// How many wait for the head of an answer that was not read ahead.
    var askers = 0
  }

  private let base: any Transport
  private let throttle: Throttle
  private let room: ReadAheadRoom
  private let state = Mutex(State())
  /// The most ranges that wait.
  package let most: Int

  package init(_ base: any Transport, _ throttle: Throttle, disk: Int = 2 << 30, most: Int = 16) {
    self.base = base
    self.throttle = throttle
    self.most = most
    room = ReadAheadRoom(disk)
  }

  /// The bytes on disk.
  package var count: Int { room.count }

  /// Whether more than one call of an API may run at once, as an answer has told.
  package func pays(for api: API) -> Bool { throttle.concurrency(of: api) > 1 }

  /// Makes these calls, in order, as soon as others have ended; `current` is made by whoever wants it next.
  ///
  /// Other calls that were made ahead are given up.
  package func prefetch(_ requests: [APIRequest], behind current: APIRequest) {
    let dropped = state.withLock { state in
      let isUnwanted = { (range: ReadAheadRange) in range.request != current && !requests.contains(range.request) }
      let dropped = state.ahead.filter(isUnwanted)
      state.ahead.removeAll(where: isUnwanted)
      state.wanted = requests.filter { request in !state.ahead.contains { $0.request == request } }
      return dropped
    }
    for range in dropped { range.cancel() }
    makeCalls()
  }

  package func wait(for duration: Duration, because reason: String) async throws {
    try await base.wait(for: duration, because: reason)
  }

  package func send(_ request: APIRequest) async throws -> APIResponse {
    if let range = claim(request) {
      makeCalls()
      var response = try await range.spool.head()
      response.body = ReadAheadBody(range, of: response)
      return response
    }
    state.withLock { $0.askers += 1 }
    defer { state.withLock { $0.askers -= 1 } }
    giveUpForAskers()
    let response = try await base.send(request)
    // It may have told that more is allowed.
    makeCalls()
    return response
  }

  /// Takes a range out of those that nobody has asked for.
  private func claim(_ request: APIRequest) -> ReadAheadRange? {
    let range = state.withLock { state in
      state.wanted.removeAll { $0 == request }
      return state.ahead.firstIndex { $0.request == request }.map { state.ahead.remove(at: $0) }
    }
    range?.spool.beginReading()
    return range
  }

  /// Makes as many calls as may be made now.
  private func makeCalls() {
    state.withLock { state in
      while let next = state.wanted.first, state.ahead.count < most,
        !state.ahead.contains(where: { $0.spool.isPaused }),
        state.ahead.count(where: { !$0.spool.hasEnded }) < throttle.concurrency(of: next.api) - 1
      {
        state.wanted.removeFirst()
        state.ahead.append(
          ReadAheadRange(
            next,
            over: base,
            in: room,
            onPause: { [weak self] in self?.giveUpForAskers() },
            onEnd: { [weak self] in self?.callEnded() }
          )
        )
      }
    }
  }

  private func callEnded() {
    let worthless = state.withLock { state in
      let worthless = state.ahead.filter { $0.spool.hasEnded && $0.spool.isWorthless }
      state.ahead.removeAll { $0.spool.hasEnded && $0.spool.isWorthless }
      return worthless
    }
    for range in worthless { range.cancel() }
    makeCalls()
  }

  /// Somebody waits for a slot, and calls that wait for room may have them all: the last of those ends.
  private func giveUpForAskers() {
    let last = state.withLock { state in
      guard state.askers > 0, let index = state.ahead.lastIndex(where: { $0.spool.isPaused }) else {
        return ReadAheadRange?.none
      }
      return state.ahead.remove(at: index)
    }
    last?.cancel()
  }
}
