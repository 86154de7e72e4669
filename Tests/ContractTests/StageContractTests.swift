import TestSupport
import Testing

/// What every stage must keep.
///
/// A new stage is added to ``ShippedStages``, and all of this holds for it.
@Suite("Contract of the stages")
struct StageContractTests {
  /// A stage under test, shown by its name.
  struct Subject: CustomTestStringConvertible, Sendable {
    let contract: any Contract
    var testDescription: String { contract.name }
  }

  static let subjects = (ShippedStages.all + ShippedStages.onEntries + ShippedStages.remembering).map(Subject.init)

  @Test("All shipped stages are here")
  func allAreHere() {
    let words = Set(Self.subjects.map { $0.contract.name.prefix { $0 != " " } })
    #expect(
      words == [
        "decode-detections", "decode-knowledge-base", "decode-assets", "split-detections", "flatten-software", "filter",
        "select", "rename", "add-fields", "add-event-id", "encode-json", "encode-sumo-inventory", "guard-size",
        "diff-ports", "deduplicate",
      ]
    )
    #expect(Self.subjects.count == 51)
  }

  @Test("The same output for any cut", arguments: subjects)
  func anyCut(_ subject: Subject) throws { try subject.contract.givesTheSameForAnyCut() }

  @Test("An abandoned page leaves nothing behind", arguments: subjects)
  func abandonment(_ subject: Subject) throws { try subject.contract.forgetsAnAbandonedPage() }

  @Test("A cancelled run ends within one batch", arguments: subjects)
  func cancellation(_ subject: Subject) async throws { try await subject.contract.endsWithinOneBatchWhenCancelled() }

  @Test("An error from before passes through", arguments: subjects)
  func upstreamError(_ subject: Subject) async throws { try await subject.contract.passesErrorsThrough() }

  @Test("Every record is accounted for", arguments: subjects)
  func balance(_ subject: Subject) async throws { try await subject.contract.accountsForEveryRecord() }

  @Test("Its documentation is complete", arguments: subjects)
  func documentation(_ subject: Subject) throws { try subject.contract.documentsItself() }
}
