import Gzip
import Qualys
import Stages
import Streaming
import Synchronization
import TestSupport
import Testing

@Suite struct ThrottledTransportTests {
  private let clock = ThrottleClock()
  private static let request = APIRequest(.detections, path: "/p", [])
  private static let three = [("X-Concurrency-Limit-Limit", "4")]

  private func throttle(_ onWait: @escaping Throttle.OnWait = { _, _, _ in }) -> Throttle {
    Throttle(leave: 0.25, hold: .seconds(10), pace: clock.pace, onWait: onWait)
  }

  private static func refusal(_ code: Int, _ key: String, _ value: Int) -> String {
    """
    <?xml version="1.0" encoding="UTF-8" ?><SIMPLE_RETURN><RESPONSE><DATETIME>2026-01-01T00:00:00Z</DATETIME>\
    <CODE>\(code)</CODE><TEXT>no</TEXT><ITEM_LIST><ITEM><KEY>\(key)</KEY><VALUE>\(value)</VALUE></ITEM></ITEM_LIST>\
    </RESPONSE></SIMPLE_RETURN>
    """
  }

  /// Seconds that the next call waits, told in steps of one.
  private func secondsUntilNext(_ transport: ThrottledTransport, _ api: API = .detections) async throws -> Int {
    let isDone = Mutex(false)
    async let call: Void = {
      _ = try await transport.send(APIRequest(api, path: "/p", [])).bytes()
      isDone.withLock { $0 = true }
    }()
    var seconds = 0
    while true {
      await eventually("it waits or is done") { clock.sleepers > 0 || isDone.withLock { $0 } }
      if isDone.withLock({ $0 }) { break }
      clock.advance(by: .seconds(1))
      seconds += 1
    }
    try await call
    return seconds
  }

  @Test(
    "a wait that Qualys states holds to the second, in a header or in the body, compressed or not",
    arguments: [
      (409, [("X-RateLimit-ToWait-Sec", "181"), ("X-RateLimit-Remaining", "0")], "", 181),
      (409, [], "\(refusal(1965, "SECONDS_TO_WAIT", 77))", 77),
      (409, [("X-RateLimit-ToWait-Sec", "3")], "\(refusal(1965, "SECONDS_TO_WAIT", 77))", 77),
      (429, [("Retry-After", "60")], "", 60), (503, [("Retry-After", "9")], "<html>", 9),
      (202, [("X-RateLimit-ToWait-Sec", "5")], "", 5), (200, [("X-RateLimit-ToWait-Sec", "12")], "", 12),
      (409, [("X-RateLimit-ToWait-Sec", "NaN")], "\(refusal(1965, "CALLS", 1))", 20),
      (409, [], "\(refusal(1960, "CALLS_TO_FINISH", 1))", 20), (409, [], "", 20), (429, [], "", 20), (503, [], "", 20),
      (202, [], "", 20),
      (500, [], "", 0), (409, [], "\(refusal(2003, "X", 1))", 0),
    ],
    [false, true]
  )
  func statedWaits(given: (status: Int, headers: [(String, String)], body: String, seconds: Int), zip: Bool)
    async throws
  {
    var body = Array(given.body.utf8)
    if zip {
      let compressor = try GzipCompressor(level: 1)
      var output: [UInt8] = []
      unsafe body.withUnsafeBytes { unsafe compressor.compress($0, into: &output) }
      compressor.finishMember(into: &output)
      body = output
    }
    let answer = body
    let base = OpenTransport { call, _ in
      call == 0 ? .test(given.status, given.headers, CountedBody(chunks: [answer])) : .test()
    }
    let transport = ThrottledTransport(base, throttle())
    let response = try await transport.send(Self.request)
    #expect(response.status == given.status)
    #expect(try await response.bytes() == answer)
    #expect(try await secondsUntilNext(transport) == given.seconds)
  }

  @Test("the wait of one API holds no other")
  func otherAPI() async throws {
    let base = OpenTransport { call, _ in call == 0 ? .test(429, [("Retry-After", "60")]) : .test() }
    let transport = ThrottledTransport(base, throttle())
    _ = try await transport.send(APIRequest(.assets, path: "/a", []))
    #expect(try await secondsUntilNext(transport, .detections) == 0)
    #expect(try await secondsUntilNext(transport, .assets) == 60)
  }

  @Test("a refusal inside a 200 holds the calls of other streams, too", arguments: [false, true])
  func refusedInside(isReadAhead: Bool) async throws {
    let base = OpenTransport { call, _ in
      call == 0
        ? .test(200, [], Self.refusal(1965, "SECONDS_TO_WAIT", 77))
        : .test(200, [], SmallPage([SmallPage.Host(id: 1, detections: ["<QID>1</QID>"])]).text)
    }
    let throttle = throttle()
    let transport = ThrottledTransport(base, throttle)
    let top = InflatingTransport(isReadAhead ? ReadAheadTransport(transport, throttle) : transport)
    let stream = Task {
      var hosts = 0
      let pages = PagedBatches(DetectionsPager(path: "/p", parameters: [], since: nil), .forTests(top))
      for try await batch in pages.through(DecodeDetections()) { hosts += batch.records.count }
      return hosts
    }
    await eventually("the stream waits") { clock.sleepers == 1 }
    async let other = transport.send(Self.request).bytes()
    await eventually("the other waits, too, or does not") { clock.sleepers == 2 || base.requests.count > 1 }
    clock.advance(by: .seconds(76))
    for _ in 0..<100 { await Task.yield() }
    #expect(base.requests.count == 1)
    clock.advance(by: .seconds(1))
    #expect(try await stream.value == 1)
    _ = try await other
    #expect(base.requests.count == 3)
  }

  @Test("a wait is told once, with its end and its reason")
  func told() async throws {
    let waits = Mutex<[String]>([])
    let base = OpenTransport { call, _ in call == 0 ? .test(409, [("X-RateLimit-ToWait-Sec", "181")]) : .test() }
    let throttle = throttle { api, until, reason in
      waits.withLock { $0.append("\(api.map { "\($0)" } ?? "-") \(until)") }
      #expect(!reason.isEmpty)
    }
    let transport = ThrottledTransport(base, throttle)
    _ = try await transport.send(Self.request)
    _ = try await secondsUntilNext(transport)
    #expect(waits.withLock { $0 } == ["detections 1181"])
  }

  @Test("a wait ends at once when it is cancelled, and whoever waited behind goes on")
  func cancelled() async throws {
    let base = OpenTransport { call, _ in call == 0 ? .test(409, [("X-RateLimit-ToWait-Sec", "181")]) : .test() }
    let transport = ThrottledTransport(base, throttle())
    _ = try await transport.send(Self.request)
    let first = Task { _ = try await transport.send(Self.request) }
    await eventually("the first waits") { clock.sleepers == 1 }
    first.cancel()
    await #expect(throws: CancellationError.self) { try await first.value }
    #expect(try await secondsUntilNext(transport) == 181)
  }

  @Test("the end of a wait is told in whole seconds, none of them too early")
  func toldInWholeSeconds() async throws {
    var pace = clock.pace
    // A refusal that says no time: 10 to 30 s.
    pace.random = { 0.51 }
    let waits = Mutex<[Int]>([])
    let throttle = Throttle(pace: pace) { _, until, _ in waits.withLock { $0.append(until) } }
    let base = OpenTransport { call, _ in call == 0 ? .test(503) : .test() }
    let transport = ThrottledTransport(base, throttle)
    _ = try await transport.send(Self.request)
    #expect(try await secondsUntilNext(transport) == 21)
    #expect(waits.withLock { $0 } == [1021])
  }

  @Test(
    "of all refusals only too many at once (1960) takes one off the concurrency; ten good calls give it back",
    arguments: [
      (409, refusal(1960, "CALLS_TO_FINISH", 1), 2), (409, refusal(1965, "SECONDS_TO_WAIT", 1), 3), (409, "", 3),
      (429, "", 3), (503, "", 3), (202, "", 3), (403, refusal(2014, "X", 1), 3),
    ]
  )
  func learns(status: Int, body: String, expected: Int) async throws {
    let throttle = Throttle(pace: ThrottleClock.hasty)
    let base = OpenTransport { call, _ in call == 1 ? .test(status, [], body) : .test(200, Self.three) }
    let transport = ThrottledTransport(base, throttle)
    for _ in 0..<2 { _ = try await transport.send(Self.request).bytes() }
    #expect(throttle.concurrency(of: .detections) == expected)
    for _ in 0..<10 { _ = try await transport.send(Self.request).bytes() }
    #expect(throttle.concurrency(of: .detections) == 3)
  }

  /// How a slot can be given back.
  enum End: CaseIterable {
    case read, broken, dropped, neverRead, stopped, refused, notSent
  }

  @Test("a slot is free when the body has ended; an abandoned call keeps it ten seconds more", arguments: End.allCases)
  func release(end: End) async throws {
    let base = OpenTransport { call, _ in
      if call > 0 { return .test() }
      switch end {
      case .broken: return .test(200, [], CountedBody(chunks: [[1]], failure: BrokenConnection("reset")))
      case .refused: return .test(500, [], "no")
      case .notSent: throw BrokenConnection("refused")
      default: return .test(200, [], CountedBody(chunks: [[1], [2]]))
      }
    }
    let transport = ThrottledTransport(base, throttle())
    var kept: APIResponse?
    switch end {
    case .read, .refused: _ = try await transport.send(Self.request).bytes()
    case .broken: await #expect(throws: BrokenConnection.self) { try await transport.send(Self.request).bytes() }
    case .dropped: for try await _ in try await transport.send(Self.request).body { break }
    case .neverRead: _ = try await transport.send(Self.request)
    case .notSent: await #expect(throws: BrokenConnection.self) { try await transport.send(Self.request) }
    case .stopped:
      // The head is kept while the next call is made.
      let response = try await transport.send(Self.request)
      for try await _ in response.body { break }
      kept = response
    }
    #expect(try await secondsUntilNext(transport) == (end == .read || end == .refused ? 0 : 10))
    _ = kept
  }

  @Test(
    "no more calls run at once than one less than the limit, nor than a person wants, and those who wait come in order",
    arguments: [(.max, 3), (9, 3), (3, 3), (1, 1)]
  )
  func concurrency(most: Int, atOnce: Int) async throws {
    // Open to all when it is nil.
    let gate = Mutex<[CheckedContinuation<Void, Never>]?>([])
    let base = OpenTransport { call, _ in
      if call > 0 {
        await withCheckedContinuation { next in if gate.withLock({ $0?.append(next) }) == nil { next.resume() } }
      }
      return .test(200, Self.three)
    }
    let throttle = Throttle(leave: 0.25, hold: .seconds(10), most: most, pace: clock.pace)
    let transport = ThrottledTransport(base, throttle)
    #expect(throttle.concurrency(of: .detections) == 1)
    _ = try await transport.send(Self.request).bytes()
    #expect(throttle.concurrency(of: .detections) == atOnce)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<9 { group.addTask { _ = try await transport.send(Self.request).bytes() } }
      for round in 1...9 / atOnce {
        await eventually("\(atOnce) run") { gate.withLock { $0?.count ?? 0 } >= atOnce }
        for _ in 0..<100 { await Task.yield() }
        let isRight = base.requests.count == 1 + atOnce * round
        #expect(isRight, "\(base.requests.count) calls in round \(round)")
        let running = gate.withLock { gate in
          defer { gate = isRight ? [] : nil }
          return gate ?? []
        }
        for call in running { call.resume() }
        guard isRight else { break }
      }
      try await group.waitForAll()
    }
    #expect(base.requests.count == 10)
  }
}
