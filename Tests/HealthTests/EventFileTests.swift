import Foundation
import Health
import Synchronization
import TestSupport
import Testing

/// Events as lines of a file.
@Suite struct EventFileTests {
  /// Keeps what is appended, or fails.
  private final class Lines: Sendable {
    let bytes = Mutex<[[UInt8]]>([])
    let complaints = Mutex<[String]>([])
    struct Full: Error {}

    func file(fails: Bool = false) -> EventFile {
      let world = EventFile.World(
        append: { bytes in
          if fails { throw Full() }
          self.bytes.withLock { $0.append(bytes) }
        },
        now: { 1_579_543_827_085 },
        id: { "39205436-7e16-4e2f-9f95-ef750e055d79" }
      )
      return EventFile(pipeline: "sumo-logic", account: "US2", world) { text in
        self.complaints.withLock { $0.append(text) }
      }
    }
  }

  @Test func aFailureIsWrittenAsSumoLogicWritesIt() throws {
    let lines = Lines()
    var event = HealthEvent(.thirdPartyGeneric, stream: "detections", "HTTP 409, \"1965\"\nwait")
    event.httpStatus = 409
    event.qualysCode = "1965"
    event.attempt = 3
    event.nextTry = 181
    event.counts = ["hosts": 12]
    lines.file().record(event)
    let line = String(decoding: lines.bytes.withLock { $0 }.joined(), as: UTF8.self)
    #expect(
      line == #"""
        {"accountId":"US2","attempt":3,"counts":{"hosts":12},"details":{"description":"HTTP 409, \"1965\"\nwait",\#
        "name":"ThirdPartyGenericError","trackerId":"ThirdPartyGenericError"},"errorClass":"ThirdPartyGeneric",\#
        "eventFormatVersion":"1.0","eventId":"39205436-7e16-4e2f-9f95-ef750e055d79","eventName":"TrackerUnHealthy",\#
        "eventTime":"2020-01-20T18:10:27.085Z","eventType":"Health-Change","httpStatus":409,\#
        "nextTry":"2020-01-20T18:13:28.085Z","pipeline":"sumo-logic","qualysCode":"1965","resourceIdentity":\#
        {"collectorId":"sumo-logic","collectorName":"sumo-logic","id":"sumo-logic/detections",\#
        "name":"sumo-logic/detections","type":"SourceResource"},"severityLevel":"Error","status":"UnHealthy",\#
        "stream":"detections","subsystem":"Collection"}

        """#
    )
  }

  @Test func aRecoveryIsHealthy() throws {
    let lines = Lines()
    var event = HealthEvent(.thirdPartyGeneric, .info, stream: "", "Qualys answers again")
    event.isRecovery = true
    lines.file().record(event)
    let line = String(decoding: lines.bytes.withLock { $0 }.joined(), as: UTF8.self)
    #expect(line.contains(#""status":"Healthy""#) && line.contains(#""eventName":"TrackerHealthy""#))
    #expect(line.contains(#""name":"sumo-logic","type""#) && !line.contains(#""stream""#))
  }

  @Test func whatCannotBeWrittenIsSaidOnce() {
    let lines = Lines()
    let file = lines.file(fails: true)
    for _ in 0..<3 { file.record(HealthEvent("FullPull", .info, stream: "a", "everything")) }
    #expect(lines.complaints.withLock { $0.count } == 1)
  }

  @Test func theFileIsForThisUserAloneAndGrows() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("of/events.jsonl")
    for _ in 0..<2 {
      let file = EventFile(pipeline: "p", account: "", .file(path)) { Issue.record("\($0)") }
      file.record(HealthEvent("FullPull", .info, stream: "a", "everything"))
    }
    let lines = String(decoding: try folder.bytes(of: "of/events.jsonl"), as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 2 && lines.allSatisfy { $0.hasPrefix("{") && $0.hasSuffix("}") })
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
  }

  @Test func theSummaryCountsByKindAndStream() {
    let lines = Lines()
    let summary = EventSummary(lines.file())
    for (tracker, stream) in [("A", "x"), ("B", "x"), ("A", "x"), ("A", "y")] {
      summary.record(HealthEvent(tracker, .warning, stream: stream, tracker + stream))
    }
    #expect(summary.entries.map { "\($0.tracker)\($0.stream)\($0.count)" } == ["Ax2", "Bx1", "Ay1"])
    #expect(lines.bytes.withLock { $0.count } == 4)
  }
}
