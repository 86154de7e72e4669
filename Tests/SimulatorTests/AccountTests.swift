import NIOHTTP1
import Simulator
import Synchronization
import Testing

/// What an API allows, and how it refuses more.
@Suite struct AccountTests {
  @Test("A call over the limit is refused for as long as the oldest is in the window")
  func rate() async throws {
    let now = Mutex(Duration.zero)
    try await withServer {
      $0.rateLimit = 2
      $0.rateWindow = .seconds(100)
      $0.now = { now.withLock { $0 } }
    } _: { _, client in
      #expect(await client.detections().headers["X-RateLimit-Remaining"] == ["1"])
      now.withLock { $0 = .seconds(60) }
      let last = await client.detections()
      #expect(last.status == 200)
      #expect(last.headers["X-RateLimit-Remaining"] == ["0"] && last.headers["X-RateLimit-ToWait-Sec"] == ["0"])
      now.withLock { $0 = .milliseconds(70_500) }
      let refused = await client.detections()
      #expect(refused.status == 409 && refused.code == 1965)
      #expect(refused.headers["X-RateLimit-ToWait-Sec"] == ["30"] && refused.headers["X-RateLimit-Remaining"] == ["0"])
      #expect(refused.headers["X-RateLimit-Window-Sec"] == ["100"])
      #expect(refused.list.contents(of: "KEY") == ["SECONDS_TO_WAIT"] && refused.list.contents(of: "VALUE") == ["30"])
      #expect(refused.text.contains("again for another 30 seconds."))
      // Another API has an account of its own.
      #expect(await client.knowledgeBase([("ids", "1")]).status == 200)
      now.withLock { $0 = .seconds(100) }
      #expect(await client.detections().status == 200)
      #expect(await client.detections().status == 409)
    }
  }

  @Test("A call too many at once is refused without a time to wait, and admitted when the other has ended")
  func concurrency() async throws {
    try await withServer {
      $0.concurrency = 1
      $0.faults = try FaultScript("detections 1: stall 1h 100")
    } _: { _, client in
      let (runs, may) = (AsyncStream<Void>.makeStream(), AsyncStream<Void>.makeStream())
      let stalled = Task {
        await client.detections(reading: 100) {
          runs.continuation.finish()
          for await _ in may.stream {}
        }
      }
      for await _ in runs.stream {}
      let refused = await client.detections()
      #expect(refused.status == 409 && refused.code == 1960)
      #expect(refused.headers["X-Concurrency-Limit-Limit"] == ["1"])
      #expect(refused.headers["X-Concurrency-Limit-Running"] == ["1"])
      #expect(!refused.headers.contains(name: "X-RateLimit-ToWait-Sec"))
      #expect(!refused.headers.contains(name: "X-RateLimit-Remaining"))
      #expect(refused.list.contents(of: "KEY") == ["CALLS_TO_FINISH"])
      #expect(await client.knowledgeBase([("ids", "1")]).status == 200)
      // It goes away.
      may.continuation.finish()
      #expect(await stalled.value.body.count >= 100)
      var answer = await client.detections()
      while answer.code == 1960 { answer = await client.detections() }
      #expect(answer.status == 200)
    }
  }

  @Test("A page without end is sent as it is read, and a client that leaves ends it")
  func endless() async throws {
    try await withServer {
      $0.concurrency = 1
      $0.detections.hosts = 50_000_000
    } _: { server, client in
      let answer = await client.detections([("truncation_limit", "0")], reading: 1 << 20)
      #expect(answer.body.count >= 1 << 20)
      // The slot is free again only when the server has given up.
      var next = await client.detections([("truncation_limit", "1")])
      while next.code == 1960 { next = await client.detections([("truncation_limit", "1")]) }
      #expect(next.status == 200 && next.text.contains("<CODE>1980</CODE>"))
    }
  }

  @Test("One answer after another never counts as two at once")
  func sequence() async throws {
    try await withServer {
      $0.concurrency = 1
    } _: { _, client in
      for _ in 1...50 { #expect(await client.knowledgeBase([("ids", "1")]).status == 200) }
    }
  }

  @Test("A call that its client leaves keeps its slot, one that ends does not")
  func keptSlot() async throws {
    let now = Mutex(Duration.zero)
    try await withServer {
      $0.concurrency = 1
      $0.slotIsKept = .seconds(30)
      $0.now = { now.withLock { $0 } }
      $0.faults = try FaultScript("detections 1: stall 1h 100")
    } _: { server, client in
      _ = await client.detections(reading: 100)
      while server.calls[0].outcome == .running { try? await Task.sleep(for: .milliseconds(1)) }
      #expect(server.calls[0].outcome == .abandoned)
      now.withLock { $0 = .seconds(29) }
      let refused = await client.detections()
      #expect(refused.code == 1960 && refused.headers["X-Concurrency-Limit-Running"] == ["1"])
      now.withLock { $0 = .seconds(30) }
      #expect(await client.detections().status == 200)
      #expect(await client.detections().status == 200)
      #expect(server.calls.map(\.outcome) == [.abandoned, .sent, .sent, .sent])
    }
  }

  @Test("What the server breaks off keeps no slot")
  func brokenCall() async throws {
    try await withServer {
      $0.concurrency = 1
      $0.slotIsKept = .seconds(30)
      $0.now = { .zero }
      $0.faults = try FaultScript("detections 1: cut 100")
    } _: { server, client in
      #expect(await client.detections().failure != nil)
      while server.calls[0].outcome == .running { try? await Task.sleep(for: .milliseconds(1)) }
      #expect(server.calls[0].outcome == .broken)
      #expect(await client.detections().status == 200)
    }
  }

  @Test("A call tells how many others ran when it arrived")
  func overlap() async throws {
    try await withServer {
      $0.faults = try FaultScript("detections 1: stall 1h 100; detections 2: stall 1h 100")
    } _: { server, client in
      let (may, isThere) = (AsyncStream<Void>.makeStream(), AsyncStream<Void>.makeStream())
      let first = Task {
        await client.detections(reading: 100) {
          isThere.continuation.finish()
          for await _ in may.stream {}
        }
      }
      for await _ in isThere.stream {}
      _ = await client.detections(reading: 100)
      _ = await client.knowledgeBase([("ids", "1")])
      may.continuation.finish()
      _ = await first.value
      while server.calls.contains(where: { $0.outcome == .running }) { try? await Task.sleep(for: .milliseconds(1)) }
      _ = await client.detections()
      #expect(server.calls.map(\.overlap) == [0, 1, 0, 0])
    }
  }

  @Test("Header fields about calls at once are spelled in one way or the other")
  func spelling() async throws {
    try await withServer {
      $0.spelling = .joined
    } _: { _, client in
      let answer = await client.detections()
      #expect(answer.headers["X-ConcurrencyLimit-Limit"] == ["2"])
      #expect(answer.headers["X-ConcurrencyLimit-Running"] == ["0"])
      #expect(!answer.headers.contains(name: "X-Concurrency-Limit-Limit"))
    }
  }
}
