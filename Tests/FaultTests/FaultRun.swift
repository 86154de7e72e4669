import Foundation
import Health
import Pipelines
import Qualys
import Simulator
import State
import Streaming
import Synchronization
import TestSupport

/// The whole product against a Qualys that misbehaves: a pipeline file, live, over real sockets, into files and over HTTP.
struct FaultRun {
  /// What came of it.
  struct Outcome {
    var report: RunReport
    /// The calls that Qualys had.
    var calls: [SimulatedCall]
    var events: [HealthEvent]
    var waited: Duration
    /// Lines in files and lines that the receiver took, in order.
    var files: [FaultStream: [String]]
    var sent: [FaultStream: [String]]
    /// Requests to a server that is nobody of ours.
    var strangers: Int
    /// Names of files that are not whole.
    var parts: [String]
    /// Lines in the dead-letter file.
    var letters: Int
    /// Secrets that were found where they must not be, and in how many bytes they were looked for.
    var leaks: SecretSearch.Result
  }

  var streams = FaultStream.allCases
  /// A fault script; `ELSEWHERE` is the URL of a stranger.
  var script = ""
  var options = ReferenceData.options()
  var limits = TransferLimits()
  var clockError: @Sendable (_ number: Int) -> Int = { _ in 0 }
  /// What the receiver does with its requests, numbered from 1.
  var receiver: @Sendable (_ number: Int) -> RecordingServer.Behaviour = { _ in .answer(200) }

  /// Runs once, with `--wait`: what passes is waited out for ever.
  func run() async throws -> Outcome {
    let qids = try await ReferenceData.small.value.qids
    let folder = try TemporaryFolder()
    let clock = FaultClock(error: clockError)
    return try await RecordingServer.with(receiver) { receiver, receiverURL in
      try await RecordingServer.with { stranger, strangerURL in
        var options = options
        (options.user, options.password) = (Canary.user, Canary.password)
        options.faults = try FaultScript(script.replacing("ELSEWHERE", with: strangerURL))
        options.now = { clock.elapsed }
        let server = SimulatedServer(options)
        let port = try await server.start()
        let events = KeptEvents()
        let plan = try plan(port: port, receiver: receiverURL, in: folder, qids)
        var live = Live(LiveStack.connecting(within: limits, of: .system))
        live.waits = true
        live.events = events
        live.pace = clock.pace
        let result: Result<RunReport, any Error>
        do {
          result = .success(try await Run(plan, state: folder.path("state"), live: live).run())
        } catch { result = .failure(error) }
        await server.stop()
        let out = folder.url.appending(path: "out")
        let report = try result.get()
        var search = SecretSearch(Canary.all(tokens: server.tokens))
        search.look(into: "\(report) \(events.all)")
        try search.look(intoFolder: folder.url)
        return Outcome(
          report: report,
          calls: server.calls,
          events: events.all,
          waited: clock.waited,
          files: try each { try Delivered.lines(in: out, of: $0) },
          sent: each { stream in
            receiver.stored.filter { $0.wasTaken && $0.header("X-Stream") == stream.rawValue }.flatMap {
              Delivered.lines(of: $0.text)
            }
          },
          strangers: stranger.connections,
          parts: ((try? folder.names) ?? []).filter { $0.hasSuffix(".part") },
          letters: (try? folder.bytes(of: "letters.jsonl")).map { Delivered.lines(of: $0).count } ?? 0,
          leaks: search.result
        )
      }
    }
  }

  private func each<Value>(_ body: (FaultStream) throws -> Value) rethrows -> [FaultStream: Value] {
    Dictionary(uniqueKeysWithValues: try streams.map { ($0, try body($0)) })
  }

  private func plan(port: Int, receiver: String, in folder: TemporaryFolder, _ qids: [Int]) throws -> Plan {
    let streams = streams.map { stream in
      """
        \(stream.rawValue):
          \(stream.text(qids: qids))
          sinks:
            - gzip-file: "\(folder.path("out"))/{stream}-{n}.gz"
            - http: { url: "${RECEIVER}", headers: { X-Stream: \(stream.rawValue) }, records: 5, timeout: 5s }
      """
    }
    let text = """
      name: matrix
      qualys:
        server: http://127.0.0.1:\(port)
        gateway: http://127.0.0.1:\(port)
        username: ${FAULT_USER}
        password: ${FAULT_PASSWORD}
      start: all
      dead-letters: \(folder.path("letters.jsonl"))
      streams:
      \(streams.joined(separator: "\n"))
      """
    var request = PlanRequest(text: text, file: "matrix.yaml", registry: .standard)
    let environment = ["FAULT_USER": Canary.user, "FAULT_PASSWORD": Canary.password, "RECEIVER": receiver]
    request.secrets = SecretSource(environment: { environment[$0] }, file: { _ in nil })
    request.requiresSecrets = true
    let (plan, findings) = Plan.check(request)
    guard let plan else { throw ContractViolation(findings.map(\.description).joined(separator: "\n")) }
    return plan
  }
}

/// Keeps events.
final class KeptEvents: EventRecorder {
  private let events = Mutex<[HealthEvent]>([])
  func record(_ event: HealthEvent) { events.withLock { $0.append(event) } }
  var all: [HealthEvent] { events.withLock { $0 } }
}
