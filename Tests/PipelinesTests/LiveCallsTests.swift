import Pipelines
import Qualys
import Simulator
import Streaming
import Synchronization
import TestSupport
import Testing

/// How many calls a pipeline file lets run at once, over real sockets.
@Suite struct LiveCallsTests {
  /// A run's calls.
  private struct Calls {
    var most: Int
    var lists: Int
    var lines: Int
  }

  @Test(
    "'connections' bounds the calls that run at once, whatever Qualys allows",
    .timeLimit(.minutes(30)),
    arguments: [("connections: 1", 1), ("connections: 3", 3), ("leave: 0%", 5)]
  )
  func connections(setting: String, most: Int) async throws {
    let calls = try await Self.run(setting, expecting: most)
    #expect(calls.most == most)
    // Ranges are worth a call when more than one may run.
    #expect(calls.lists == (most > 1 ? 1 : 0))
    #expect(calls.lines == 60)
  }

  @Test("A capture of all has one answer after another: none is asked for ahead", arguments: ["always", "error"])
  func capture(on: String) async throws {
    let isAlways = on == "always"
    let calls = try await Self.run("connections: 3", "capture: { on: \(on) }", expecting: isAlways ? 1 : 3)
    #expect(calls.most == (isAlways ? 1 : 3) && calls.lists == (isAlways ? 0 : 1))
    #expect(calls.lines == 60)
  }

  /// Runs a file against a Qualys that allows six calls at once.
  private static func run(_ setting: String, _ more: String = "", expecting most: Int) async throws -> Calls {
    var options = SimulatedServer.Options()
    options.detections.hosts = 60
    options.detections.detectionsPerHost = 1
    options.concurrency = 6
    let server = SimulatedServer(options)
    let port = try await server.start()
    let folder = try TemporaryFolder()
    let text = """
      name: calls
      qualys:
        server: http://127.0.0.1:\(port)
        username: ${SIM_USER}
        password: ${SIM_PASSWORD}
        \(setting)
      start: all
      \(more)
      source: { detections: { truncation_limit: 4, show_igs: true } }
      stages: [decode-detections, split-detections, encode-json]
      sinks: [gzip-file: "\(folder.path("out"))/{n}.gz"]

      """
    let gauge = Gauge(until: most)
    let result: Result<RunReport, any Error>
    do { result = .success(try await run(text, gauge, in: folder)) } catch { result = .failure(error) }
    await server.stop()
    let report = try result.get()
    #expect(report.failed.isEmpty && report.isBalanced)
    return Calls(
      most: gauge.most,
      lists: server.calls.count { $0.api == .hosts },
      lines: report.streams.first?.lines ?? 0
    )
  }

  private static func run(_ text: String, _ gauge: Gauge, in folder: TemporaryFolder) async throws -> RunReport {
    var request = PlanRequest(text: text, file: "calls.yaml", registry: .standard)
    request.secrets = SecretSource(environment: { _ in "simulator" }, file: { _ in nil })
    request.requiresSecrets = true
    let (plan, findings) = Plan.check(request)
    let live = Live { plan, live, _ in
      try LiveStack.connection(plan, live) { Gauged(base: $0, gauge: gauge) }
    }
    return try await Run(try #require(plan, "\(findings)"), state: folder.path("state"), live: live).run()
  }

  /// Counts calls that wait for their answers; the first few pages are held back until as many run as are expected.
  private final class Gauge: Sendable {
    private let expected: Int
    private let state = Mutex((running: 0, most: 0, count: 0))

    init(until expected: Int) { self.expected = expected }

    var most: Int { state.withLock { $0.most } }

    func hold(_ request: APIRequest) async throws {
      let number = state.withLock { state in
        state.count += 1
        state.running += 1
        state.most = max(state.most, state.running)
        return state.count
      }
      // The first answer tells how many may run, and Host List is asked alone.
      guard number > 2, request.api == .detections else { return }
      for _ in 0..<60_000 where most < expected { try await Task.sleep(for: .milliseconds(5)) }
      // Others that may not, but do, get their turn.
      try await Task.sleep(for: .milliseconds(20))
    }

    func end() { state.withLock { $0.running -= 1 } }
  }

  private struct Gauged: Transport {
    let base: any Transport
    let gauge: Gauge

    func wait(for duration: Duration, because reason: String) async throws {
      try await base.wait(for: duration, because: reason)
    }

    func send(_ request: APIRequest) async throws -> APIResponse {
      defer { gauge.end() }
      try await gauge.hold(request)
      return try await base.send(request)
    }
  }
}
