import Qualys
import Synchronization
import Testing

@Suite struct ReadAheadTests {
  private static func request(_ id: Int) -> APIRequest {
    APIRequest(.detections, path: "/p", [.init("id_min", "\(id)")])
  }

  private static let headers = [("X-Concurrency-Limit-Limit", "4"), ("Content-Encoding", "gzip")]

  /// A transport that knows that three calls may run.
  private static func transport(_ base: any Transport, disk: Int = 1 << 20) async throws -> ReadAheadTransport {
    let throttle = Throttle(leave: 0, hold: .zero)
    let transport = ReadAheadTransport(ThrottledTransport(base, throttle), throttle, disk: disk)
    _ = try await transport.send(request(0)).bytes()
    return transport
  }

  @Test("calls are made ahead, one slot is left, and each answer is made once")
  func ahead() async throws {
    let base = OpenTransport { _, request in .test(200, Self.headers, "answer \(request.value(of: "id_min")!)") }
    let transport = try await Self.transport(base)
    transport.prefetch((1...5).map(Self.request), behind: Self.request(0))
    await eventually("all are there") { base.requests.count == 6 }
    for id in 1...5 {
      let bytes = try await transport.send(Self.request(id)).bytes()
      #expect(String(decoding: bytes, as: UTF8.self) == "answer \(id)")
    }
    #expect(base.requests.count == 6)
    await eventually("the disk is free") { transport.count == 0 }
  }

  @Test("what is put aside is bounded; the answer that is being read goes on")
  func bound() async throws {
    let counts = (0...3).map { _ in CountedBody.Count() }
    let base = OpenTransport { _, request in
      let id = Int(request.value(of: "id_min")!)!
      let chunks = (0..<(id == 0 ? 1 : 100)).map { [UInt8](repeating: UInt8($0), count: 10_000) }
      return .test(200, Self.headers, CountedBody(chunks: chunks, count: counts[id]))
    }
    let transport = try await Self.transport(base, disk: 250_000)
    transport.prefetch((1...3).map(Self.request), behind: Self.request(0))
    await eventually("the disk is full") { counts[1].asked + counts[2].asked >= 27 }
    for _ in 0..<1000 { await Task.yield() }
    // 25 chunks lie on disk, and one waits in each call's hand.
    #expect(counts[1].asked + counts[2].asked == 27 && counts[3].asked == 0)
    #expect(transport.count <= 250_000)
    for id in 1...3 {
      var bytes: [UInt8] = []
      for try await chunk in try await transport.send(Self.request(id)).body {
        bytes += chunk
        #expect(transport.count <= 260_000)
      }
      let isWhole = bytes == (0..<100).flatMap { [UInt8](repeating: UInt8($0), count: 10_000) }
      #expect(isWhole)
    }
    await eventually("the disk is free") { transport.count == 0 }
  }

  @Test("whoever asks now gets a slot, although all calls made ahead wait for room")
  func noDeadlock() async throws {
    let told = Mutex("4")
    let base = OpenTransport { call, request in
      let big = (1...2).contains(Int(request.value(of: "id_min")!)!)
      return .test(
        200,
        [("X-Concurrency-Limit-Limit", told.withLock { $0 }), ("Content-Encoding", "gzip")],
        CountedBody(chunks: (0..<(big ? 100 : 1)).map { _ in [UInt8](repeating: 1, count: 10_000) })
      )
    }
    let transport = try await Self.transport(base, disk: 50_000)
    transport.prefetch((1...2).map(Self.request), behind: Self.request(0))
    await eventually("the disk is full") { transport.count == 50_000 }
    // Now two run, and no more than two may.
    told.withLock { $0 = "3" }
    #expect(try await transport.send(Self.request(9)).bytes().count == 10_000)
    #expect(try await transport.send(Self.request(10)).bytes().count == 10_000)
    for id in 1...2 { #expect(try await transport.send(Self.request(id)).bytes().count == 1_000_000) }
  }

  @Test("a call made ahead that gave no data is forgotten and made anew", arguments: [503, 409, 0])
  func worthless(status: Int) async throws {
    let base = OpenTransport { call, request in
      if call != 1 { return .test(200, Self.headers, "data") }
      if status == 0 { throw BrokenConnection("reset") }
      return .test(status, [("X-RateLimit-ToWait-Sec", "0"), ("X-Y", "\(status)")], status == 503 ? "no" : "")
    }
    let throttle = Throttle(leave: 0, hold: .zero, pace: ThrottleClock.hasty)
    let transport = ReadAheadTransport(ThrottledTransport(base, throttle), throttle)
    _ = try await transport.send(Self.request(0)).bytes()
    transport.prefetch([Self.request(1), Self.request(2)], behind: Self.request(0))
    await eventually("both were made") { base.requests.count == 3 }
    for _ in 0..<1000 { await Task.yield() }
    let response = try await transport.send(Self.request(1))
    #expect(response.status == 200)
    #expect(base.requests.count == 4)
  }

  @Test("an answer that breaks off gives what came, and says so", arguments: [false, true])
  func broken(isCompressed: Bool) async throws {
    let base = OpenTransport { call, _ in
      .test(
        200,
        isCompressed ? Self.headers : [Self.headers[0]],
        CountedBody(chunks: [[1, 2], [3]], failure: call == 0 ? nil : BrokenConnection("reset"))
      )
    }
    let transport = try await Self.transport(base)
    transport.prefetch([Self.request(1)], behind: Self.request(0))
    var bytes: [UInt8] = []
    await #expect(throws: BrokenConnection.self) {
      for try await chunk in try await transport.send(Self.request(1)).body { bytes += chunk }
    }
    #expect(bytes == [1, 2, 3])
    #expect(base.requests.count == 2)
  }

  /// How calls made ahead lose their meaning.
  enum End: CaseIterable {
    case otherList, transportGone, readerGone
  }

  @Test("calls that nobody wants any more end, and their disk is free", arguments: End.allCases)
  func unwanted(end: End) async throws {
    let count = CountedBody.Count()
    let base = OpenTransport { call, _ in
      let chunks = (0..<(call == 0 ? 1 : 100)).map { _ in [UInt8](repeating: 7, count: 10_000) }
      return .test(200, Self.headers, CountedBody(chunks: chunks, count: count))
    }
    let throttle = Throttle(leave: 0, hold: .zero)
    var transport: ReadAheadTransport? = ReadAheadTransport(ThrottledTransport(base, throttle), throttle, disk: 50_000)
    _ = try await transport?.send(Self.request(0)).bytes()
    transport?.prefetch([Self.request(1)], behind: Self.request(0))
    await eventually("the disk is full") { transport?.count == 50_000 }
    var kept: APIResponse?
    switch end {
    case .otherList: transport?.prefetch([], behind: Self.request(2))
    case .transportGone: transport = nil
    case .readerGone:
      kept = try await transport?.send(Self.request(1))
      for try await _ in kept!.body { break }
    }
    // All slots are free again.
    let again = ThrottledTransport(OpenTransport { _, _ in .test() }, throttle)
    var slots: [APIResponse] = []
    for _ in 0..<3 { slots.append(try await again.send(Self.request(9))) }
    #expect(count.asked < 90)
    if end == .otherList { await eventually("the disk is free") { transport?.count == 0 } }
    _ = kept
  }
}
