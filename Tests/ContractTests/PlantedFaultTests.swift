import Records
import Streaming
import TestSupport
import Testing

/// The contract finds what it is there to find: stages with a fault planted in each of its clauses.
@Suite("Planted faults")
struct PlantedFaultTests {
  private static func contract<S: Stage>(_ stage: S) -> StageContract<S> where S.Input == Detection {
    StageContract("", stage, on: SimulatedRecords.detections)
  }

  @Test("A stage that loses a record is one short")
  func lostRecord() async throws {
    let meter = StageMeter("lose")
    let batches = SimulatedRecords.detections[0].batches(of: 7)
    for try await _ in BatchesThenFailure(batches, failure: nil).through(LoseOne(), meter: meter) {}
    #expect(meter.current.missing == 1)
    await #expect(throws: ContractViolation.self) { try await Self.contract(LoseOne()).accountsForEveryRecord() }
  }

  @Test("A stage that makes a record up has one too many")
  func inventedRecord() async throws {
    let meter = StageMeter("double")
    let batch = SimulatedRecords.detections[0].batches(of: 1)[0]
    for try await _ in BatchesThenFailure([batch], failure: nil).through(Double(), meter: meter) {}
    #expect(meter.current.missing == -1)
  }

  @Test("A stage that counts within its batch depends on the cut")
  func cutDependence() {
    #expect(throws: ContractViolation.self) { try Self.contract(FirstOfBatch()).givesTheSameForAnyCut() }
  }

  @Test("A stage that remembers an abandoned page is found")
  func memory() {
    #expect(throws: ContractViolation.self) { try Self.contract(Remember()).forgetsAnAbandonedPage() }
  }

  @Test("A stage without help is found")
  func silence() {
    #expect(throws: ContractViolation.self) { try Self.contract(LoseOne()).documentsItself() }
  }
}

/// Loses one record of all that it is given.
private struct LoseOne: Stage {
  static let component = Component("lose", summary: "no sentence", example: "")
  var hasLost = false
  init() {}
  init(_ options: Options) throws(OptionError) {}
  mutating func process(_ batch: Batch<Detection>, into output: inout Outlet<Detection>) throws {
    output.append(contentsOf: hasLost ? batch.records[...] : batch.records.dropFirst())
    if !batch.records.isEmpty { hasLost = true }
  }
}

/// Gives each record twice and does not say so.
private struct Double: Stage {
  static let component = Component("double", summary: "Doubles.", example: "- double")
  init() {}
  init(_ options: Options) throws(OptionError) {}
  mutating func process(_ batch: Batch<Detection>, into output: inout Outlet<Detection>) throws {
    output.append(contentsOf: batch.records + batch.records)
  }
}

/// Passes on the first record of each batch.
private struct FirstOfBatch: Stage {
  static let component = Component("first-of-batch", summary: "Passes on.", example: "- first-of-batch")
  init() {}
  init(_ options: Options) throws(OptionError) {}
  mutating func process(_ batch: Batch<Detection>, into output: inout Outlet<Detection>) throws {
    output.append(contentsOf: batch.records.prefix(1))
    output.drop(max(0, batch.records.count - 1), because: "not the first")
  }
}

/// Passes on a record only once, and does not forget those of pages that were abandoned.
private struct Remember: Stage {
  static let component = Component("remember", summary: "Passes on.", example: "- remember")
  var seen: Set<String> = []
  init() {}
  init(_ options: Options) throws(OptionError) {}
  mutating func process(_ batch: Batch<Detection>, into output: inout Outlet<Detection>) throws {
    for record in batch.records {
      if seen.insert(record.wholeText).inserted { output.append(record) } else { output.drop(because: "seen") }
    }
  }
}
