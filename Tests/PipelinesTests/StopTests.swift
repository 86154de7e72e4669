import Pipelines
import Qualys
import Streaming
import Synchronization
import Testing

/// Live runs that are told to end.
@Suite struct StopTests {
  private static let branched = """
    start: all
    source: { detections: { truncation_limit: 2 } }
    stages: [decode-detections, split-detections, encode-json]
    outputs:
      - sinks: [kept]
      - { stages: [guard-size], sinks: [kept] }
    """

  @Test(
    "the page at hand is delivered, and no other asked for",
    arguments: ["start: all\n" + LiveQualys.stream, branched]
  )
  func endsBehindThePage(file: String) async throws {
    let stop = StopSignal()
    let qualys = try LiveQualys(chunk: { _, call, chunk in if call == 2, chunk == 2 { stop.stop() } })
    let report = try await qualys.run(file, stop: stop)
    let interrupted = try #require(report.interrupted)
    #expect(interrupted.stream == "test" && interrupted.pages == 2)
    #expect(qualys.now.requests.count == 2)
    #expect(Set(qualys.delivered) == [1, 2, 3, 4])
    #expect(report.streams.isEmpty && report.failed.isEmpty)
    // The round is not finished: there is no window.
    _ = try await qualys.run(file)
    #expect(qualys.now.requests.allSatisfy { $0.value(of: "vm_processed_after") == nil })
  }

  @Test(.timeLimit(.minutes(10))) func aLongWaitEndsAtOnce() async throws {
    let stop = StopSignal()
    let qualys = try LiveQualys({ _, _, _ in throw BrokenConnection("refused") }, waitsInEarnest: true)
    async let report = qualys.run("start: all\n" + LiveQualys.stream, waits: true, stop: stop)
    while qualys.now.waits.isEmpty { try? await Task.sleep(for: .milliseconds(1)) }
    stop.stop()
    #expect(try await report.interrupted?.pages == 0)
    #expect(qualys.now.requests.count == 1)
  }

  @Test(.timeLimit(.minutes(10))) func anAnswerThatDoesNotBeginIsNotWaitedFor() async throws {
    let stop = StopSignal()
    let qualys = try LiveQualys { _, call, _ in
      if call == 2 { try await Task.sleep(for: .seconds(600)) }
      return nil
    }
    async let report = qualys.run("start: all\n" + LiveQualys.stream, stop: stop)
    while qualys.now.requests.count < 2 { try? await Task.sleep(for: .milliseconds(1)) }
    stop.stop()
    #expect(try await report.interrupted?.pages == 1)
    #expect(qualys.delivered == [1, 2])
  }

  @Test func aPageThatTakesTooLongEndsAtItsLastHost() async throws {
    let box = Box()
    let qualys = try LiveQualys(chunk: { qualys, call, chunk in
      guard call == 1 else { return }
      if chunk == 1 { box.stop?.stop() }
      if chunk == 2 { qualys.pass(.seconds(16)) }
    })
    var pace = qualys.pace
    // The last resort, which ends everything after 30 seconds, is not what is tried here.
    pace.sleep = { _ in try await Task.sleep(for: .seconds(86_400)) }
    let stop = StopSignal(pace)
    box.stop = stop
    let report = try await qualys.run("start: all\n" + LiveQualys.stream, stop: stop)
    #expect(report.interrupted != nil)
    #expect(qualys.now.requests.count == 1)
    #expect(qualys.delivered == [1])
  }

  @Test(.timeLimit(.minutes(10))) func aPageThatHangsIsGivenUp() async throws {
    let box = Box()
    let qualys = try LiveQualys(chunk: { qualys, call, chunk in
      guard call == 2, chunk == 2 else { return }
      // Time goes at once here: the page before must have come through.
      while qualys.delivered != [1, 2] { try await Task.sleep(for: .milliseconds(1)) }
      box.stop?.stop()
      try await Task.sleep(for: .seconds(86_400))
    })
    let stop = StopSignal(qualys.pace)
    box.stop = stop
    let report = try await qualys.run("start: all\n" + LiveQualys.stream, stop: stop)
    #expect(report.interrupted?.pages == 1)
    #expect(qualys.delivered == [1, 2])
    #expect(qualys.now.sleeps.contains(.seconds(30)))
  }
}

/// A signal that is made behind what gives it.
private final class Box: Sendable {
  private let state = Mutex<StopSignal?>(nil)

  var stop: StopSignal? {
    get { state.withLock { $0 } }
    set { state.withLock { $0 = newValue } }
  }
}
