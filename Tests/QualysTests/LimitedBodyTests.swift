import Streaming
import Testing

@testable import Qualys

/// What a body may take, in a time of the test's own.
@Suite struct LimitedBodyTests {
  private let time = RacingTime()

  /// Bytes, each part after a wait.
  private struct ScriptedBody: AsyncSequence, Sendable {
    let parts: [(wait: Duration, count: Int)]
    let pace: Pace

    struct Iterator: AsyncIteratorProtocol {
      var parts: ArraySlice<(wait: Duration, count: Int)>
      let pace: Pace

      mutating func next() async throws -> [UInt8]? {
        guard let part = parts.popFirst() else { return nil }
        if part.wait > .zero { try await pace.sleep(part.wait) }
        return [UInt8](repeating: 0x78, count: part.count)
      }
    }

    func makeAsyncIterator() -> Iterator { Iterator(parts: parts[...], pace: pace) }
  }

  /// Reads to the end; gives the bytes that came, when that was, and why it ended before its time.
  private func read(
    _ parts: [(wait: Duration, count: Int)],
    _ limits: TransferLimits = TransferLimits(),
    pause: Duration = .zero
  ) async -> (count: Int, end: Duration, failure: String?) {
    let body = LimitedBody(body: ScriptedBody(parts: parts, pace: time.pace), limits: limits, pace: time.pace)
    var count = 0
    do {
      for try await chunk in body {
        count += chunk.count
        time.advance(by: pause)
      }
      return (count, time.now, nil)
    } catch {
      return (count, time.now, (error as? BrokenConnection)?.description ?? "\(error)")
    }
  }

  @Test("Silence ends a body after 120 s, and not before")
  func silence() async {
    let result = await read([(.seconds(119), 500_000), (.seconds(121), 5)])
    #expect(result == (500_000, .seconds(239), "no byte came for 120 s"))
  }

  @Test("A byte every ten seconds ends after five minutes")
  func slowloris() async {
    let result = await read(Array(repeating: (.seconds(10), 1), count: 100))
    #expect(result.count == 29 && result.end == .seconds(300))
    #expect(result.failure == "fewer than 1000 bytes a second came, on average over 300 s")
  }

  @Test("A rate that falls later is found in its own five minutes")
  func slowingDown() async {
    let result = await read(
      [(.seconds(1), 100 << 20), (.seconds(100), 1), (.seconds(100), 1), (.seconds(100), 1)]
        + Array(repeating: (.seconds(100), 1), count: 4)
    )
    #expect(result.failure?.hasPrefix("fewer than 1000 bytes") == true)
    #expect(result.end == .seconds(601))
  }

  @Test("A page of five hours that keeps coming is whole; one of six is not")
  func big() async {
    let fiveHours = await read(Array(repeating: (.seconds(110), 165_000), count: 163))
    #expect(fiveHours == (26_895_000, .seconds(17_930), nil))
    let longer = await read(Array(repeating: (.seconds(110), 165_000), count: 230))
    #expect(longer.failure == "the answer was not at its end after 21600 s" && longer.count == 32_340_000)
  }

  @Test("A consumer that takes its time breaks no limit")
  func slowConsumer() async {
    let result = await read(Array(repeating: (.seconds(1), 1_000), count: 20), pause: .seconds(3_600))
    #expect(result.count == 20_000 && result.failure == nil)
  }

  @Test("A body of more bytes than any answer has is ended")
  func tooLong() async {
    var limits = TransferLimits()
    limits.bytes = 100
    #expect(await read([(.zero, 100)], limits).failure == nil)
    #expect(await read([(.zero, 100), (.zero, 1)], limits).failure == "the answer is longer than 100 bytes")
  }

  @Test("The KnowledgeBase may keep the connection alive for ten minutes before it gives its entries")
  func knowledgeBase() async {
    let parts = Array(repeating: (wait: Duration.seconds(20), count: 50), count: 25) + [(.seconds(1), 900_000)]
    #expect(await read(parts, TransferLimits().limits(for: .knowledgeBase)).failure == nil)
    #expect(await read(parts, TransferLimits().limits(for: .detections)).failure != nil)
  }

  @Test("Cancelling the reader ends its wait")
  func cancelled() async throws {
    let silent = ScriptedBody(parts: [(.seconds(100), 1)], pace: .system)
    let body = LimitedBody(body: silent, limits: TransferLimits(), pace: .system)
    let task = Task { for try await _ in body {} }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }
}
