import Foundation
import Health
import Pipelines
import Simulator
import Streaming
import Synchronization
import TestSupport
import Testing

/// The fault matrix, seen with the whole product on real sockets.
@Suite("The fault matrix")
struct WholeProductTests {
  @Test("Each of the 72 rows is run here, covered by a test that exists, or waits for something")
  func everyRow() throws {
    #expect(MatrixRow.all.map(\.number) == Array(1...72))
    var here: Set<Int> = []
    var covered = 0
    for row in MatrixRow.all {
      switch row.place {
      case .here: here.insert(row.number)
      case .covered(let test):
        covered += 1
        let parts = test.split(separator: ".")
        let file = Python.testsFolder.appending(path: "\(parts[0]).swift")
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(text.contains("func \(parts[1])("), "\(row.number): there is no \(test)")
      case .waits(let reason): #expect(!reason.isEmpty)
      }
    }
    #expect(here == Set(FaultCase.all.map(\.row)))
    let counts = "\(here.count), \(covered), \(72 - here.count - covered)"
    print("figure: fault matrix: rows run here, covered by other tests, waiting | \(counts)")
  }

  @Test("A fault costs nothing", .timeLimit(.minutes(10)), arguments: FaultCase.all)
  func fault(_ fault: FaultCase) async throws {
    for stream in fault.streams {
      let ids = try await ReferenceData.small.value.lines[.detections, default: []].compactMap(Self.id)
      let missing = fault.lacksHost ? Set(ids).sorted()[5] : nil
      let outcome = try await fault.run(of: stream, missing: missing).run()
      let what = "\(fault.testDescription), \(stream.rawValue)"
      try await expectDelivery(outcome, of: stream, fault, without: missing, what)
      let calls = outcome.calls.count { $0.api.rawValue == stream.rawValue }
      #expect(fault.extraCalls.contains(calls - FaultStream.calls), "\(what): \(calls) calls")
      let first = outcome.events.first { $0.errorClass != nil }
      if let event = fault.event { #expect(first?.errorClass == event, "\(what): \(String(describing: first))") }
      let waited = Int(outcome.waited.components.seconds)
      #expect(fault.waits.contains(waited), "\(what): waited \(waited) s")
      #expect(outcome.strangers == 0, "\(what): somebody else was asked")
      #expect(outcome.leaks.hits.isEmpty, "\(what): \(outcome.leaks.hits)")
      #expect(outcome.leaks.byteCount > 10_000)
      #expect(outcome.parts.isEmpty && outcome.letters == 0, "\(what)")
      let sums = Self.sums.withLock { sums in
        sums.runs += 1
        sums.calls += outcome.calls.count
        sums.bytes += outcome.leaks.byteCount
        sums.hits += outcome.leaks.hits.count
        return sums
      }
      if sums.runs == Self.runCount {
        print("figure: fault matrix: runs over real sockets, calls | \(sums.runs), \(sums.calls)")
        print("figure: fault matrix: bytes searched for secrets, hits | \(sums.bytes), \(sums.hits)")
      }
    }
  }

  private static let runCount = FaultCase.all.reduce(0) { $0 + $1.streams.count }
  private static let sums = Mutex((runs: 0, calls: 0, bytes: 0, hits: 0))

  /// Files and the receiver have all that there is, and files nothing twice.
  private func expectDelivery(
    _ outcome: FaultRun.Outcome,
    of stream: FaultStream,
    _ fault: FaultCase,
    without missing: Int?,
    _ what: String
  ) async throws {
    var reference = try await ReferenceData.small.value.lines[stream] ?? []
    #expect(reference.count >= 10)
    let files = outcome.files[stream] ?? []
    let sent = Set(outcome.sent[stream] ?? [])
    #expect(files.count == Set(files).count, "\(what): files have repeats")
    switch fault.ending {
    case .recovers:
      let failed = outcome.report.failed.map { "\($0.error)" }
      #expect(failed.isEmpty, "\(what): \(failed)")
      #expect(outcome.report.isBalanced, "\(what)")
      if let missing {
        reference = reference.filter { Self.id(of: $0) != missing }
        #expect(outcome.events.contains { $0.tracker == "HostQuarantined" }, "\(what)")
      }
    case .stops(let errorClass):
      #expect(outcome.report.failed.map(\.errorClass) == [errorClass], "\(what)")
      #expect(outcome.second?.failed.isEmpty == true, "\(what)")
    }
    expectSame(Set(files), reference, "\(what), files")
    expectSame(sent, reference, "\(what), HTTP")
  }

  private func expectSame(_ found: Set<String>, _ expected: Set<String>, _ what: String) {
    let (lost, strange) = (expected.subtracting(found), found.subtracting(expected))
    #expect(lost.isEmpty, "\(what): \(lost.count) of \(expected.count) are lost: \(lost.first?.prefix(80) ?? "")")
    #expect(strange.isEmpty, "\(what): \(strange.count) are none of ours: \(strange.first?.prefix(300) ?? "")")
  }

  private static func id(of line: String) -> Int? { line.firstMatch(of: /"Id":"([0-9]+)"/).flatMap { Int($0.1) } }
}
