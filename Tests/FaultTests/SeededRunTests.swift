import Pipelines
import Simulator
import Streaming
import Synchronization
import TestSupport
import Testing

/// Three streams of one pipeline against faults that are drawn from seeds, and then against none.
@Suite("Faults by seed")
struct SeededRunTests {
  private static let seeds = 1...(ProofLength.isLong ? 1_000 : 20)

  private static let sums = Mutex((seeds: 0, calls: 0, faults: 0))

  @Test("When faults end, everything is there once", .timeLimit(.minutes(60)), arguments: seeds)
  func converges(seed: Int) async throws {
    var run = FaultRun()
    // Qualys' limits, and those of a larger subscription, which is asked in ranges of hosts.
    run.options.concurrency = seed.isMultiple(of: 2) ? 2 : 6
    run.options.compresses = seed.isMultiple(of: 3)
    var faults = SeededFaults(seed: UInt64(seed), percent: 30)
    faults.lastCall = 40
    run.options.seededFaults = faults
    let outcome = try await run.run()
    #expect(outcome.report.failed.isEmpty, "\(outcome.report.failed.map { "\($0.error)" })")
    #expect(outcome.report.isBalanced)
    let reference = try await ReferenceData.small.value.lines
    for stream in FaultStream.allCases {
      let files = outcome.files[stream] ?? []
      #expect(files.count == Set(files).count, "\(stream): files have repeats")
      #expect(Set(files) == reference[stream], "\(stream): files")
      #expect(Set(outcome.sent[stream] ?? []) == reference[stream], "\(stream): HTTP")
    }
    #expect(outcome.parts.isEmpty && outcome.strangers == 0)
    let sums = Self.sums.withLock { sums in
      sums.seeds += 1
      sums.calls += outcome.calls.count
      sums.faults += outcome.calls.count { $0.fault != nil }
      return sums
    }
    if sums.seeds == Self.seeds.count {
      #expect(sums.faults * 100 > sums.calls * 15)
      print("figure: faults by seed, 3 streams: seeds, calls, faults | \(sums.seeds), \(sums.calls), \(sums.faults)")
    }
  }

  @Test("The same seed gives the same faults to the same calls")
  func same() async throws {
    func faults() async throws -> [Fault?] {
      var run = FaultRun()
      run.streams = [.detections]
      run.options.seededFaults = SeededFaults(seed: 7, percent: 30)
      return try await run.run().calls.map(\.fault)
    }
    let first = try await faults()
    #expect(first.contains { $0 != nil })
    #expect(try await faults() == first)
  }
}
