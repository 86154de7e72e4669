import Foundation
import Pipelines
import Qualys
import Records
import Simulator
import Stages
import Streaming
import TestSupport
import Testing

/// An answer of some 20 KB that is cut at each of its bytes, over real sockets.
///
/// Everything between the socket and the lines is the product's own: network, throttle, inflating, paging, decoding. Files
/// and the state are left out, since they would take a hundred times as long.
@Suite("Cuts at every byte")
struct CutTests {
  private static var options: SimulatedServer.Options {
    var options = SimulatedServer.Options()
    options.detections.hosts = 4
    options.detections.detectionsPerHost = 3
    return options
  }

  /// What came of one round: its lines in order, and the calls that it took.
  private struct Round {
    var lines: [String] = []
    var calls = 0
  }

  /// One round with a fault in it.
  private static func round(_ script: String = "") async throws -> Round {
    var options = options
    options.faults = try FaultScript(script)
    let server = SimulatedServer(options)
    let port = try await server.start()
    let clock = FaultClock()
    let network = try LiveTransport(
      Platform(server: "http://127.0.0.1:\(port)", gateway: nil),
      credentials: Credentials(username: Secret("simulator"), password: Secret("simulator"))
    )
    let transport = InflatingTransport(ThrottledTransport(network, Throttle(pace: clock.pace)))
    var round = Round()
    let result: Result<[String], any Error>
    do { result = .success(try await lines(through: transport)) } catch { result = .failure(error) }
    await network.shutDown()
    await server.stop()
    round.lines = try result.get()
    round.calls = server.calls.count
    return round
  }

  private static func lines(through transport: any Transport) async throws -> [String] {
    let context = CallContext(transport: transport, state: MemoryState(), stream: "s", jitter: { 0.5 })
    let source = try DetectionsSource(.of(DetectionsSource.component, ["show_igs": .boolean(true)]))
    var standing: [String] = []
    var page: [(mark: UInt32, text: String)] = []
    let batches = PagedBatches(try source.pager(context), context).through(DecodeDetections())
      .through(SplitDetections()).through(AddEventID<Detection>()).through(EncodeJSON<Detection>())
    for try await batch in batches {
      page += batch.records.map { ($0.mark, $0.text) }
      guard batch.position.isEnd else { continue }
      standing += page.filter { $0.mark < batch.position.marks }.map(\.text)
      page = []
    }
    return standing
  }

  /// How many bytes the whole answer has.
  private static func length() -> Int {
    var count = 0
    var query = DetectionsSimulation.Query()
    query.limit = 1_000
    _ = DetectionsSimulation(options.detections).writeAnswer(to: query) { count += $0.count }
    return count
  }

  @Test(
    "A cut at any byte costs nothing, and nothing comes twice",
    .timeLimit(.minutes(60)),
    arguments: ["reset", "cut"]
  )
  func everyByte(how: String) async throws {
    let expected = try await Self.round().lines
    #expect(expected.count == 12)
    let length = Self.length()
    #expect((18_000...30_000).contains(length), "\(length) bytes")
    let step = ProofLength.isLong ? 1 : 32
    // Where the one does not cut, the other does.
    let places = Array(stride(from: how == "reset" ? 0 : step / 2, to: length, by: step))
    let (lost, repeated, calls) = try await withThrowingTaskGroup(of: (lost: Int, repeated: Int, calls: Int).self) {
      group in
      var sums = (lost: 0, repeated: 0, calls: 0)
      var rest = places[...]
      func add(_ one: (lost: Int, repeated: Int, calls: Int)) {
        sums.lost += one.lost
        sums.repeated += one.repeated
        sums.calls = max(sums.calls, one.calls)
      }
      for running in 0... {
        guard let place = rest.popFirst() else { break }
        // A few at once hide the time that sockets take.
        if running >= 4, let one = try await group.next() { add(one) }
        group.addTask {
          let round = try await Self.round("detections 1: \(how) \(place)")
          let lost = Set(expected).subtracting(round.lines).count
          let repeated = round.lines.count - Set(round.lines).count
          if lost > 0 || repeated > 0 { Issue.record("\(how) \(place): \(lost) lost, \(repeated) repeated") }
          return (lost, repeated, round.calls)
        }
      }
      for try await one in group { add(one) }
      return sums
    }
    #expect(lost == 0 && repeated == 0)
    // One for the rest; two when not even the first host was whole, and the page was halved for it.
    #expect(calls <= 3)
    print(
      "figure: answer of \(length) bytes cut by \(how): cuts, lost, repeated | \(places.count), \(lost), \(repeated)"
    )
  }
}
