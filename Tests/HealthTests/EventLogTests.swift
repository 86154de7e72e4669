import Foundation
import Health
import TestSupport
import Testing

/// Events, read again.
@Suite struct EventLogTests {
  @Test func whatWasWrittenIsRead() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("events.jsonl")
    func record(_ event: HealthEvent, of pipeline: String = "mine", at milliseconds: Int) {
      var world = EventFile.World.file(path)
      world.now = { milliseconds }
      EventFile(pipeline: pipeline, account: "US2", world) { Issue.record("\($0)") }.record(event)
    }
    record(HealthEvent(.thirdPartyConfig, stream: "", "a password"), at: 5_999)
    record(HealthEvent(.thirdPartyGeneric, stream: "a", "another's"), of: "other", at: 6_000)
    var left = HealthEvent("HostQuarantined", .warning, stream: "a", "left out")
    left.counts = ["id": 7]
    record(left, at: 7_000)
    left.isRecovery = true
    record(left, at: 8_000)
    let events = EventLog.last(of: "mine", in: path)
    #expect(events.map(\.time) == [5, 7, 8])
    #expect(events.map(\.isHealthy) == [false, false, true])
    #expect(events.map(\.stream) == ["", "a", "a"])
    #expect(events.map(\.id) == [nil, 7, 7])
    #expect(events.first?.errorClass == .thirdPartyConfig && events.first?.message == "a password")
    #expect(EventLog.last(of: "mine", in: folder.path("none")).isEmpty)
  }

  @Test("a file that is full gives way to another, and both are read", arguments: [1, 2, 3, 25])
  func filesAreBounded(count: Int) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("events.jsonl")
    // Ten events or so.
    let limit: Int64 = 5_000
    let file = EventFile(pipeline: "p", account: "", .file(path, limit: limit)) { Issue.record("\($0)") }
    for number in 1...count { file.record(HealthEvent("Trouble", .warning, stream: "s", "event \(number)")) }
    let read = EventLog.last(of: "p", in: path).map(\.message)
    #expect(read == (1...count).suffix(read.count).map { "event \($0)" })
    #expect(read.count >= min(count, 10))
    for name in [path, path + ".1"] where FileManager.default.fileExists(atPath: name) {
      let attributes = try FileManager.default.attributesOfItem(atPath: name)
      #expect((attributes[.size] as? Int).map { $0 < 6_000 } ?? false)
      #expect(attributes[.posixPermissions] as? Int == 0o600)
    }
  }
}
