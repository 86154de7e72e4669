import Records
import Stages
import Streaming
import TestSupport
import Testing

/// `select`, `rename` and `add-fields`: how their options become changes.
@Suite("select, rename, add-fields")
struct ShapingTests {
  private static let page = SmallPage(
    host: "<IP>i</IP><OS>o</OS>",
    detection: "<QID>1</QID><SEVERITY>5</SEVERITY><RESULTS>r</RESULTS>"
  )

  private func log<S: Stage>(_ stage: S) throws -> StrictJSON where S.Input == Detection, S.Output == Detection {
    let run = try StageRun(stage, on: Decoding(Self.page).detections())
    #expect(run.counts.missing == 0 && run.records.count == 1)
    return try StrictJSON(run.records[0].line().text).without("LogType", "Timestamp")
  }

  private func select(_ entries: KeyValuePairs<String, OptionValue>) throws -> Select<Detection> {
    try Select(.of(Select<Detection>.component, entries))
  }

  @Test("select keeps, and then removes")
  func select() throws {
    let kept = try log(select(["keep": .texts("IP", "DETECTION")]))
    #expect(try kept == StrictJSON(#"{"IP":"i","Hostname":"i","Detection":{"Qid":"1","Severity":"5","Results":"r"}}"#))
    let removed = try log(select(["remove": .texts("IP", "DETECTION.RESULTS", "MISSING")]))
    #expect(try removed == StrictJSON(#"{"Id":"1","OS":"o","Detection":{"Qid":"1","Severity":"5"}}"#))
    let both = try log(
      select(["remove": .texts("DETECTION.QID"), "keep": .texts("DETECTION.QID", "DETECTION.SEVERITY")])
    )
    #expect(try both == StrictJSON(#"{"Detection":{"Severity":"5"}}"#))
  }

  @Test("select without anything to do is refused")
  func emptySelect() {
    #expect(throws: OptionError.self) { try select([:]) }
    #expect(throws: OptionError.self) { try select(["remove": .texts()]) }
  }

  @Test("rename gives each field its new name, exactly as it is given")
  func rename() throws {
    let stage = try Rename<Detection>(
      Options(
        [("IP", .text("ip_address")), ("DETECTION.QID", .text("QID")), ("DETECTION", .text("Finding"))],
        known: []
      )
    )
    #expect(
      try log(stage)
        == StrictJSON(#"{"Id":"1","ip_address":"i","OS":"o","Finding":{"QID":"1","Severity":"5","Results":"r"}}"#)
    )
  }

  @Test("A new name is a name, not a path", arguments: ["", "A.B", "."])
  func wrongName(name: String) {
    #expect(throws: OptionError.self) { try Rename<Detection>(Options([("IP", .text(name))], known: [])) }
  }

  @Test(
    "A name that the encoder writes itself is refused: it would stand in a log twice",
    arguments: [
      "LogType", "Timestamp", "Part", "Parts", "Detection", "DetectionList",
    ]
  )
  func encodersNames(name: String) throws {
    #expect(throws: OptionError.self) { try AddFields<Detection>(Options([(name, .text("x"))], known: [])) }
    #expect(throws: OptionError.self) { try Rename<Host>(Options([("IP", .text(name))], known: [])) }
    _ = try AddFields<Detection>(Options([("DETECTION.\(name)", .text("x"))], known: []))
    _ = try Rename<Host>(Options([("DETECTION.QID", .text(name))], known: []))
  }

  @Test(
    "A host's detections keep their name, or nobody would find them",
    arguments: ["DETECTION", "DETECTION_LIST.DETECTION"]
  )
  func renamedDetections(path: String) {
    #expect(throws: OptionError.self) { try Rename<Host>(Options([(path, .text("Finding"))], known: [])) }
  }

  @Test("add-fields adds, and gives a field that is there another text")
  func addFields() throws {
    let stage = try AddFields<Detection>(
      Options(
        [("Team", .text("sec\"ops")), ("DETECTION.Source", .text("vmdr")), ("OS", .text("other"))],
        known: []
      )
    )
    #expect(
      try log(stage)
        == StrictJSON(
          #"""
          {"Id":"1","IP":"i","OS":"other","Team":"sec\"ops","Hostname":"i",
           "Detection":{"Qid":"1","Severity":"5","Results":"r","Source":"vmdr"}}
          """#
        )
    )
  }

  @Test("What a stage made, the next one finds")
  func chain() throws {
    let detections = try Decoding(Self.page).detections()
    let added = try StageRun(AddFields<Detection>(Options([("Team", .text("a"))], known: [])), on: detections).records
    let again = try StageRun(AddFields<Detection>(Options([("Team", .text("b"))], known: [])), on: added).records
    let renamed = try StageRun(Rename<Detection>(Options([("Team", .text("Crew"))], known: [])), on: again).records
    let filter = try Filter<Detection>(
      .of(Filter<Detection>.component, ["field": .text("Crew"), "equals": .text("b")])
    )
    let passed = try StageRun(filter, on: renamed).records
    #expect(try StrictJSON(#require(passed.first).line().text)["Crew"]?.string == "b")
    let selected = try StageRun(select(["keep": .texts("Crew")]), on: passed).records
    #expect(try StrictJSON(selected[0].line().text).without("LogType", "Timestamp", "Detection").names == ["Crew"])
  }

  @Test("Shaping before splitting and after it gives the same detections")
  func beforeAndAfterSplit() throws {
    let page = SmallPage([.everything(id: 1), .everything(id: 2)])
    let changes: [KeyValuePairs<String, OptionValue>] = [
      ["keep": .texts("ID", "DETECTION.QID")], ["keep": .texts("ID")], ["remove": .texts("DETECTION.RESULTS", "TAGS")],
    ]
    for change in changes {
      let hosts = try StageRun(Select<Host>(.of(Select<Host>.component, change)), on: Decoding(page).hosts).records
      let before = try StageRun(SplitDetections(), on: hosts).records.map { $0.line().text }
      let after = try StageRun(select(change), on: Decoding(page).detections()).records.map { $0.line().text }
      #expect(before == after)
    }
    let options = Options(
      [("Team", .text("t")), ("DETECTION.Source", .text("s")), ("DETECTION.TYPE", .text("x"))],
      known: []
    )
    let hosts = try StageRun(AddFields<Host>(options), on: Decoding(page).hosts).records
    let before = try StageRun(SplitDetections(), on: hosts).records.map { $0.line().text }
    let after = try StageRun(AddFields<Detection>(options), on: Decoding(page).detections()).records.map {
      $0.line().text
    }
    #expect(before == after)
  }
}
