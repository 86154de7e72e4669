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
    /// What came of the second run, if there was one.
    var second: RunReport?
    /// The calls that Qualys had in the first run.
    var calls: [SimulatedCall]
    var events: [HealthEvent]
    var waited: Duration
    /// Lines in files and lines that the receiver took, in order.
    var files: [FaultStream: [String]]
    var sent: [FaultStream: [String]]
    /// Requests to a server that is nobody of ours.
    var strangers: Int
    /// Names of files that have not got their own yet.
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
  /// How Qualys is reached in the first run.
  var reach = FaultReach()
  /// Whether what passes is waited out for ever, as with `--wait`.
  var waitsForEver = true
  var clockError: @Sendable (_ number: Int) -> Int = { _ in 0 }
  /// What the receiver does with its requests, numbered from 1.
  var receiver: @Sendable (_ number: Int) -> RecordingServer.Behaviour = { _ in .answer(200) }

  /// Whether there is a second run over the same state, in which nothing goes wrong.
  var runsAgain = false

  func run() async throws -> Outcome {
    let qids = try await ReferenceData.small.value.qids
    let folder = try TemporaryFolder()
    let clock = FaultClock(error: clockError)
    let events = KeptEvents()
    return try await RecordingServer.with(receiver) { receiver, receiverURL in
      try await RecordingServer.with { stranger, strangerURL in
        var options = options
        (options.user, options.password) = (Canary.user, Canary.password)
        options.now = { clock.elapsed }
        let place = Place(folder: folder, receiver: receiverURL, qids: qids)
        var faulty = options
        faulty.faults = try FaultScript(script.replacing("ELSEWHERE", with: strangerURL))
        let (report, server) = try await run(against: faulty, reach, at: place, clock, events)
        let second = runsAgain ? try await run(against: options, reach.mended, at: place, clock, events) : nil
        var search = SecretSearch(Canary.all(tokens: server.tokens + (second?.server.tokens ?? [])))
        search.look(into: "\(report) \(events.all)")
        try search.look(intoFolder: folder.url)
        let out = folder.url.appending(path: "out")
        return Outcome(
          report: report,
          second: second?.report,
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
          parts: ((try? FileManager.default.contentsOfDirectory(atPath: out.path)) ?? []).filter {
            !$0.hasSuffix(".gz")
          },
          letters: (try? folder.bytes(of: "letters.jsonl")).map { Delivered.lines(of: $0).count } ?? 0,
          leaks: search.result
        )
      }
    }
  }

  /// Where a run finds what it needs.
  private struct Place {
    let folder: TemporaryFolder
    let receiver: String
    let qids: [Int]
  }

  /// Runs once against a server of its own.
  private func run(
    against options: SimulatedServer.Options,
    _ reach: FaultReach,
    at place: Place,
    _ clock: FaultClock,
    _ events: KeptEvents
  ) async throws -> (report: RunReport, server: SimulatedServer) {
    var options = options
    options.tls = try reach.certificate?.files(in: place.folder)
    let full = reach.beginsFull ? try FullListener() : nil
    options.port = full?.port ?? 0
    let server = SimulatedServer(options)
    let port = full == nil ? try await server.start() : options.port
    let opening = Task {
      guard let full else { return }
      while events.all.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
      full.close()
      _ = try await server.start()
    }
    var live = Live(LiveStack.connecting(within: limits, of: .system))
    live.waits = waitsForEver
    live.events = events
    live.pace = clock.pace
    let result: Result<RunReport, any Error>
    do {
      let plan = try plan(reach, options.tls, port: port, place)
      result = .success(try await Run(plan, state: place.folder.path("state"), live: live).run())
    } catch { result = .failure(error) }
    opening.cancel()
    if case .failure(let error) = await opening.result, !(error is CancellationError) { throw error }
    await server.stop()
    return (try result.get(), server)
  }

  private func each<Value>(_ body: (FaultStream) throws -> Value) rethrows -> [FaultStream: Value] {
    Dictionary(uniqueKeysWithValues: try streams.map { ($0, try body($0)) })
  }

  private func plan(_ reach: FaultReach, _ tls: Simulator.TLSFiles?, port: Int, _ place: Place) throws -> Plan {
    let folder = place.folder
    let streams = streams.map { stream in
      """
        \(stream.rawValue):
          \(stream.text(qids: place.qids))
          sinks:
            - gzip-file: "\(folder.path("out"))/{stream}-{n}.gz"
            - http: { url: "${RECEIVER}", headers: { X-Stream: \(stream.rawValue) }, records: 5, timeout: 5s }
      """
    }
    let text = """
      name: matrix
      qualys:
        server: \(reach.url(port: port))
        gateway: \(reach.url(port: port))
        \(reach.isTrusted ? tls.map { "ca-file: \"\($0.certificateChain)\"" } ?? "" : "")
        username: ${FAULT_USER}
        password: ${FAULT_PASSWORD}
      start: all
      dead-letters: \(folder.path("letters.jsonl"))
      streams:
      \(streams.joined(separator: "\n"))
      """
    var request = PlanRequest(text: text, file: "matrix.yaml", registry: .standard)
    let environment = ["FAULT_USER": Canary.user, "FAULT_PASSWORD": Canary.password, "RECEIVER": place.receiver]
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
