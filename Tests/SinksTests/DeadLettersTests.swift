import Blocks
import Foundation
import Records
import Sinks
import Stages
import Streaming
import SystemPackage
import TestSupport
import Testing

/// Records that were refused for ever: each with who refused it and why, once, and only when its page stands.
@Suite("Dead letters")
struct DeadLettersTests {
  private let folder: TemporaryFolder
  private let path: FilePath
  init() throws {
    folder = try TemporaryFolder()
    path = FilePath(folder.path("dead/letters.jsonl"))
  }

  private func letters(naming: LogFormat.Naming = .sumo, stream: String = "detections") -> DeadLetters {
    DeadLetters(path: path, stream: stream, naming: naming)
  }

  private func written() throws -> [[UInt8]] {
    guard FileManager.default.fileExists(atPath: path.string) else { return [] }
    return try folder.bytes(of: "dead/letters.jsonl").split(separator: UInt8(ascii: "\n")).map { Array($0) }
  }

  @Test("A letter is the log with the stream, the stage and the reason at its end")
  func letter() throws {
    let page = try TestLines.page([2, 1])
    let letters = letters(stream: "a \"stream\"")
    try letters.accept(page.records[0], from: "guard-size", because: "70,000 bytes,\n\"over\" 65,536", on: page.page)
    #expect(try written().isEmpty, "nothing is written before its page is committed")
    #expect(try letters.commit(page.page, marks: 2) == 0)
    let letter = try StrictJSON(#require(try written().first))
    let log = try StrictJSON(page.records[0].text)
    #expect(letter.without("DeadLetter") == log)
    #expect(letter.names.last == "DeadLetter")
    #expect(
      try letter["DeadLetter"]
        == StrictJSON(#"{"Stream":"a \"stream\"","Stage":"guard-size","Reason":"70,000 bytes,\n\"over\" 65,536"}"#)
    )
    #expect(letters.count == 1)
    let attributes = try FileManager.default.attributesOfItem(atPath: path.string)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
  }

  @Test("The original line can be had back, byte for byte", arguments: LogFormat.Naming.allCases)
  func original(naming: LogFormat.Naming) throws {
    let page = SmallPage(
      HostileText.samples.enumerated().map {
        SmallPage.Host(
          id: $0.offset,
          detections: ["<RESULTS>\(($0.element + #"","DeadLetter":{"Stream":""#).cdata)</RESULTS>"]
        )
      }
    )
    let decoding = try Decoding(page)
    let lines = try decoding.lines(naming: naming)
    let letters = letters(naming: naming)
    for line in lines { try letters.accept(line, from: "stage", because: "why", on: decoding.page) }
    try letters.commit(decoding.page, marks: .max)
    let found = try written()
    #expect(found.count == lines.count)
    for (letter, line) in zip(found, lines) {
      _ = try StrictJSON(letter)
      #expect(try Array(DeadLetters.original(of: letter[...])) == line.bytes)
      #expect(try Array(DeadLetters.original(of: line.bytes[...])) == line.bytes, "a line that is no letter stays")
    }
  }

  @Test(
    "A record that was refused before it was encoded is written as it would have been",
    arguments: LogFormat.Naming.allCases
  )
  func records(naming: LogFormat.Naming) throws {
    let decoding = try Decoding(SmallPage([.everything(id: 1)]))
    let letters = letters(naming: naming)
    let detection = try decoding.detections()[0]
    try letters.accept(detection, from: "mine", because: "bad", on: decoding.page)
    try letters.accept(decoding.hosts[0], from: "mine", because: "bad", on: decoding.page)
    try letters.commit(decoding.page, marks: .max)
    let found = try written().map { String(decoding: DeadLetters.original(of: $0[...]), as: UTF8.self) }
    #expect(try found == [decoding.texts(naming: naming)[0], decoding.hostTexts(naming: naming)[0]])
  }

  @Test("A line that is no log is kept as text", arguments: ["plain text", "[1,2]", "{}", "", "}", "{\"a\":1"])
  func noLog(text: String) throws {
    let file = try SpilledBytes()
    try unsafe Array((text + "\n").utf8).withUnsafeBytes { try unsafe file.append($0) }
    let line = Line(0..<text.utf8.count, of: file, fields: nil, format: nil, mark: 0)
    let page = Page(number: 0, origin: "test")
    let letters = letters()
    try letters.accept(line, from: "guard-size", because: "why", on: page)
    try letters.commit(page, marks: 1)
    #expect(try StrictJSON(written()[0])["Text"]?.string == text)
  }

  @Test("Letters after the last mark are left out, in whatever order stages refused", arguments: 0...4)
  func marks(standing: Int) throws {
    let page = try TestLines.page([1, 1, 1, 1])
    let letters = letters()
    for index in [2, 0, 3, 1] { try letters.accept(page.records[index], from: "stage", because: "why", on: page.page) }
    #expect(try letters.commit(page.page, marks: UInt32(standing)) == 4 - standing)
    let ids = try written().map { try StrictJSON($0)["Id"]?.string }
    #expect(ids == [3, 1, 4, 2].filter { $0 <= standing }.map { "\($0)" })
    #expect(letters.count == standing)
  }

  @Test("A page that is done again is written once; pages do not mix")
  func again() throws {
    let pages = try [TestLines.page([1]), TestLines.page([1], number: 1)]
    let letters = letters()
    try letters.accept(pages[0].records[0], from: "stage", because: "first try", on: pages[0].page)
    try letters.accept(pages[1].records[0], from: "stage", because: "other page", on: pages[1].page)
    #expect(try letters.commit(pages[0].page, marks: 0) == 1)
    try letters.accept(pages[0].records[0], from: "stage", because: "second try", on: pages[0].page)
    try letters.commit(pages[0].page, marks: 1)
    try letters.commit(pages[0].page, marks: 1)
    try letters.commit(pages[1].page, marks: 1)
    #expect(try written().map { try StrictJSON($0)["DeadLetter"]?["Reason"]?.string } == ["second try", "other page"])
  }

  @Test("Another run's letters stay, and a line that it left torn takes none of ours with it")
  func appends() throws {
    try FileManager.default.createDirectory(atPath: folder.path("dead"), withIntermediateDirectories: true)
    try Data("{\"whole\":\"line\"}\n{\"torn".utf8).write(to: URL(fileURLWithPath: path.string))
    for _ in 0..<2 {
      let page = try TestLines.page([1])
      let letters = letters()
      try letters.accept(page.records[0], from: "stage", because: "why", on: page.page)
      try letters.commit(page.page, marks: 1)
    }
    let lines = try written()
    #expect(lines.count == 4)
    #expect(lines.prefix(2).map { String(decoding: $0, as: UTF8.self) } == ["{\"whole\":\"line\"}", "{\"torn"])
    for line in lines.dropFirst(2) { _ = try StrictJSON(line) }
  }

  @Test("Without letters there is no file")
  func none() throws {
    try letters().commit(Page(number: 0, origin: "test"), marks: 9)
    #expect(try folder.names.isEmpty)
  }

  @Test("What guard-size refuses comes here through its meter")
  func throughMeter() async throws {
    let page = try TestLines.page([2, 1], resultsBytes: 2000)
    let letters = letters()
    let meter = StageMeter("guard-size") { try letters.accept($1.record, from: $0, because: $1.reason, on: $2) }
    let options = Options.of(GuardSize.component, ["limit": .integer(1000), "split": .boolean(false)])
    for try await _ in BatchesThenFailure(page.batches(of: 2), failure: nil).through(
      try GuardSize(options),
      meter: meter
    ) {}
    try letters.commit(page.page, marks: 2)
    #expect(meter.current.rejected == 3 && meter.current.missing == 0)
    #expect(try written().count == 3)
    let reason = try StrictJSON(written()[0])["DeadLetter"]?["Reason"]?.string
    #expect(reason?.hasSuffix("bytes, over 1000, and 'split' is off") == true)
  }
}
