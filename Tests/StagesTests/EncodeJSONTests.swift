import Records
import Stages
import Streaming
import TestSupport
import Testing

/// `encode-json`: a line for each record, which the record stays with.
@Suite("encode-json")
struct EncodeJSONTests {
  @Test("A line for each record, in order, with its mark and its record")
  func lines() throws {
    let detections = SimulatedRecords.detections[0].records
    let run = try StageRun(EncodeJSON<Detection>(), on: detections)
    #expect(run.records.count == detections.count && run.counts.missing == 0)
    for (line, detection) in zip(run.records, detections) {
      #expect(line.mark == detection.fields.mark && !line.isPart)
      #expect(line.fields?.arena === detection.fields.arena)
      #expect(line.text.hasPrefix("{\"LogType\":\"vulnerabilityLogs\",\"Timestamp\":\""))
      #expect(line.text.utf8.count == line.byteCount)
    }
  }

  @Test("Each line is valid, whatever else is in its batch", arguments: LogFormat.Naming.allCases)
  func valid(naming: LogFormat.Naming) throws {
    let detections = SimulatedRecords.detections[1].records
    let together = try StageRun(EncodeJSON<Detection>(naming: naming), on: detections).records.map(\.text)
    let alone = try detections.map { try StageRun(EncodeJSON<Detection>(naming: naming), on: [$0]).records[0].text }
    #expect(together == alone)
    for text in together { _ = try StrictJSON(text) }
  }

  @Test("Options choose names and the timestamp's field")
  func options() throws {
    let options = Options.of(
      EncodeJSON<Detection>.component,
      ["names": .text("qualys"), "timestamp": .text("DETECTION.FIRST_FOUND_DATETIME")]
    )
    let detections = SimulatedRecords.detections[0].records
    let line = try StageRun(EncodeJSON<Detection>(options), on: [detections[0]]).records[0]
    let log = try StrictJSON(line.text)
    #expect(log["DETECTION"]?["QID"] != nil)
    #expect(log["Timestamp"] == log["DETECTION"]?["FIRST_FOUND_DATETIME"])
  }

  @Test("No records, no lines")
  func nothing() throws { #expect(try StageRun(EncodeJSON<Host>(), on: []).records.isEmpty) }
}
