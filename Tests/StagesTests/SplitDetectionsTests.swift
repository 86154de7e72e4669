import Records
import Stages
import Streaming
import TestSupport
import Testing

/// One record for each detection.
@Suite("split-detections")
struct SplitDetectionsTests {
  private static let page = SmallPage([
    SmallPage.Host(id: 1, detections: ["<QID>1</QID>", "<QID>2</QID>", "<QID>3</QID>"]), SmallPage.Host(id: 2),
    SmallPage.Host(id: 3, detections: ["<QID>4</QID>"]), SmallPage.Host("<ID>4</ID>"),
  ])

  @Test("Each detection with its host's fields, in order")
  func split() throws {
    let run = try StageRun(SplitDetections(), on: Decoding(Self.page).hosts)
    let id = try #require(FieldPath("ID"))
    let qid = try #require(FieldPath("DETECTION.QID"))
    #expect(run.records.map { $0.value(at: id) } == ["1", "1", "1", "3"])
    #expect(run.records.map { $0.value(at: qid) } == ["1", "2", "3", "4"])
    #expect(run.records.map(\.fields.mark) == [0, 0, 0, 2])
  }

  @Test("The balance: three more than came in, two without detections left out")
  func counts() throws {
    let run = try StageRun(SplitDetections(), on: Decoding(Self.page).hosts)
    #expect(run.created == 2)
    #expect(run.dropped == ["host without detections": 2])
    #expect(run.counts.missing == 0)
  }

  @Test("No text is copied: a detection is in its host's memory")
  func sharesMemory() throws {
    let hosts = try Decoding(Self.page).hosts
    for detection in try StageRun(SplitDetections(), on: hosts).records {
      #expect(hosts.contains { $0.fields.arena === detection.fields.arena })
    }
  }

  @Test("A detection that the decoder counted and that is not there is missed")
  func missing() throws {
    let host = try #require(Decoding(Self.page).hosts.first)
    let run = try StageRun(SplitDetections(), on: [Host(host.fields, detectionCount: 4)])
    #expect(run.counts.missing == 1)
  }
}
