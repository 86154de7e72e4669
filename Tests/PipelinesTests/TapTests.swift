import Records
import Streaming
import Synchronization
import TestSupport
import Testing

@testable import Pipelines

/// Where a tap may look, what it looks for, and how little it takes.
@Suite("Taps") struct TapTests {
  private static let text = """
    name: tapped
    source: { files: saved/*.xml }
    stages:
      - decode-detections
      - split-detections
      - filter: { field: DETECTION.SEVERITY, at-least: 1 }
      - filter: { field: DETECTION.SEVERITY, at-least: 2 }
      - rename: { DETECTION.QDS: RISK }
      - encode-json
    sinks: [stdout]
    """
  private static let branched = """
    name: branched
    source: { files: saved/*.xml }
    stages: [decode-detections, split-detections]
    outputs:
      - { name: all, stages: [encode-json], sinks: [stdout] }
      - { name: few, stages: [filter: { field: DETECTION.SEVERITY, at-least: 3 }, encode-json, guard-size], sinks: [stdout] }
    """
  private static let direct = "name: direct\nsource: { files: { paths: x, as: lines } }\nstages: []\nsinks: [stdout]"

  private static func stream(_ text: String) throws -> PlannedStream {
    try #require(Plan.check(.forTests(text)).plan?.streams.first)
  }

  private static func refusal(_ body: () throws(TapRefusal) -> some Any) -> String {
    do throws(TapRefusal) {
      _ = try body()
      return "none"
    } catch {
      return error.description
    }
  }

  // MARK: - Places

  @Test func eachStageIsAPlaceAndASecondOfItsNameHasANumber() throws {
    let names = try TapPoint.all(of: Self.stream(Self.text)).map(\.name)
    #expect(
      names == ["files", "decode-detections", "split-detections", "filter", "filter-2", "rename", "encode-json"]
    )
    let places = try TapPoint.all(of: Self.stream(Self.branched)).map { "\($0.name) \($0.port.name)" }
    #expect(
      places == [
        "files a detections answer", "decode-detections hosts", "split-detections detections", "all/encode-json lines",
        "all lines", "few/filter detections", "few/encode-json lines", "few/guard-size lines", "few lines",
      ]
    )
  }

  @Test(arguments: [
    (text, nil, 6, nil), (text, "files", 0, nil), (text, "filter-2", 4, nil), (direct, nil, 0, nil),
    (branched, "guard-size", 3, 1), (branched, "all", 1, 0), (branched, "few/filter", 1, 1),
  ])
  func aPlaceIsFound(_ text: String, _ name: String?, _ index: Int, _ output: Int?) throws {
    let point = try TapPoint(name, in: Self.stream(text))
    #expect(point.edge.index == index && point.edge.output == output)
  }

  @Test(arguments: [
    (text, "filtre", "'tapped' has no stage 'filtre'; did you mean 'filter'?; there is files, decode-detections,"),
    (branched, "encode-json", "several outputs of 'branched' have a stage 'encode-json': say all/encode-json or few/"),
    (branched, nil, "'branched' has several outputs; say after which stage: there is files,"),
  ])
  func aWrongPlaceNamesTheChoices(_ text: String, _ name: String?, _ words: String) throws {
    let stream = try Self.stream(text)
    let message = Self.refusal { () throws(TapRefusal) in try TapPoint(name, in: stream) }
    #expect(message.hasPrefix(words), "\(message)")
  }

  // MARK: - Filters

  @Test(arguments: [
    (text, "files", "{ field: ID, equals: 1 }", "'files' gives answers as they come"),
    (direct, "files", "{ field: ID, equals: 1 }", "lines of 'files' come as text"),
    (text, "split-detections", "{ feld: ID }", "'filter' has no option 'feld'; did you mean 'field'?"),
    (text, "split-detections", "{ field: ID, equals: }", "'equals' needs a value"),
    (text, "split-detections", "{ field: ID }", "nothing is said about 'ID'"),
    (text, "decode-detections", "{ field: DETECTION.SEVERITY, at-least: 3 }", "hosts have no field"),
    (text, "encode-json", "{ field: KNOWLEDGE_BASE.TITLE, exists: true }", "put 'join-knowledge-base' before it"),
    (text, "encode-json", "{ field: [", "the filter cannot be read"), (text, "encode-json", "", "cannot be read"),
    (text, "encode-json", "severity", "the filter is a mapping of options"),
    (text, "encode-json", "{ field: ID, matches: '[' }", "the filter: "),
  ])
  func aWrongFilterIsRefused(_ text: String, _ name: String, _ filter: String, _ words: String) throws {
    let point = try TapPoint(name, in: Self.stream(text))
    let message = Self.refusal { () throws(TapRefusal) in try TapFilter(filter, at: point) }
    #expect(message.contains(words), "\(message)")
  }

  @Test func aFieldThatAStageMadeCanBeNamed() throws {
    let text = Self.text.replacing("DETECTION.QDS: RISK", with: "ID: Id")
    // Before the stage that is how it is written out.
    let written = "{ field: Id, exists: true }"
    let before = try TapPoint("filter", in: Self.stream(text))
    let message = Self.refusal { () throws(TapRefusal) in try TapFilter(written, at: before) }
    #expect(message.contains("Here it is 'ID'"), "\(message)")
    _ = try TapFilter(written, at: TapPoint(nil, in: Self.stream(text)))
  }

  // MARK: - What is taken

  /// A clock that somebody sets, and that goes on with each look at it.
  private final class Clock: Sendable {
    private let state = Mutex((now: Duration.zero, step: Duration.zero))
    func set(_ now: Duration, step: Duration = .zero) { state.withLock { $0 = (now, step) } }
    @Sendable func elapsed() -> Duration {
      state.withLock { state in
        state.now += state.step
        return state.now
      }
    }
  }

  private static let edge = Edge(stream: "tapped", output: nil, index: 6)

  private static func batch<R: Record>(_ records: some Sequence<R>) -> Batch<R> {
    Batch(ContiguousArray(records), of: Page(number: 0, origin: "here"), at: Position(marks: 1))
  }

  /// All samples that a tap has, once it has ended.
  private static func samples(_ reader: Taps.Reader, _ taps: Taps) async -> [String] {
    taps.end()
    return await reader.samples.reduce(into: []) { $0.append(String(decoding: $1, as: UTF8.self)) }
  }

  @Test func linesAreShownAsTheyAre() async throws {
    let taps = Taps(elapsed: { .zero })
    let reader = try taps.open(Self.stream(Self.text), after: nil, where: nil)
    let lines = SimulatedRecords.lines[0].records
    taps.look(at: Self.batch(lines), Self.edge)
    #expect(await Self.samples(reader, taps) == lines.prefix(10).map(\.text))
  }

  @Test func anotherEdgeIsNotLookedAt() async throws {
    let taps = Taps(elapsed: { .zero })
    let reader = try taps.open(Self.stream(Self.text), after: nil, where: nil)
    taps.look(at: Self.batch(SimulatedRecords.lines[0].records), Edge(stream: "tapped", output: 0, index: 6))
    #expect(await Self.samples(reader, taps).isEmpty)
  }

  @Test func recordsAreShownAsTheirFieldsAndAnswersAsText() async throws {
    let taps = Taps(elapsed: { .zero })
    let stream = try Self.stream(Self.text)
    let reader = try taps.open(stream, after: "split-detections", where: nil)
    taps.look(
      at: Self.batch(SimulatedRecords.detections[0].records.prefix(1)),
      Edge(stream: "tapped", output: nil, index: 2)
    )
    let object = try StrictJSON(try #require(await Self.samples(reader, taps).first))
    #expect("\(object)".contains("DETECTION.QID") && "\(object)".contains("DETECTION.SEVERITY"))
    let answers = try taps.open(stream, after: "files", where: nil)
    let chunk = SimulatedRecords.chunks(of: 100_000)[0].records[0]
    taps.look(at: Self.batch([chunk]), Edge(stream: "tapped", output: nil, index: 0))
    let shown = try #require(await Self.samples(answers, taps).first)
    #expect(shown.hasPrefix(#"{"bytes":\#(chunk.content.bytes.count),"beginning":"<?xml"#), "\(shown.prefix(60))")
  }

  @Test func whatIsLongIsCut() async throws {
    let taps = Taps(elapsed: { .zero })
    let reader = try taps.open(Self.stream(Self.text), after: nil, where: nil)
    let page = try TestLines.page([1], resultsBytes: 200_000)
    taps.look(at: Self.batch(page.records), Self.edge)
    let shown = try #require(await Self.samples(reader, taps).first)
    #expect(shown.hasPrefix(#"{"bytes":200"#) && (65_536..<80_000).contains(shown.utf8.count))
    _ = try StrictJSON(shown)
  }

  @Test func onlyWhatIsLookedForIsShown() async throws {
    let taps = Taps(elapsed: { .zero })
    let filter = "{ field: DETECTION.SEVERITY, at-least: 4 }"
    let reader = try taps.open(Self.stream(Self.text), after: nil, where: filter)
    let lines = SimulatedRecords.lines[0].records
    taps.look(at: Self.batch(lines), Self.edge)
    let wanted = lines.prefix(64).map(\.text).filter { $0.contains(/"Severity":"[45]"/) }
    let shown = await Self.samples(reader, taps)
    #expect(!shown.isEmpty && shown == Array(wanted.prefix(10)))
  }

  @Test func tenASecondAreTakenAtMost() async throws {
    let clock = Clock()
    let taps = Taps(elapsed: clock.elapsed)
    let reader = try taps.open(Self.stream(Self.text), after: nil, where: nil)
    let lines = SimulatedRecords.lines[0].records.prefix(4)
    let counts = Mutex(0)
    let reading = Task { for await _ in reader.samples { counts.withLock { $0 += 1 } } }
    for second in 0..<3 {
      clock.set(.seconds(second))
      for _ in 0..<100 { taps.look(at: Self.batch(lines), Self.edge) }
      let wanted = (second + 1) * 10
      while counts.withLock({ $0 }) < wanted { await Task.yield() }
    }
    taps.end()
    await reading.value
    #expect(counts.withLock { $0 } == 30)
  }

  @Test func whoReadsNothingGetsSixteenAndNobodyWaits() async throws {
    let clock = Clock()
    let taps = Taps(elapsed: clock.elapsed)
    let reader = try taps.open(Self.stream(Self.text), after: nil, where: nil)
    for second in 0..<100 {
      clock.set(.seconds(second))
      taps.look(at: Self.batch(SimulatedRecords.lines[0].records), Self.edge)
    }
    #expect(await Self.samples(reader, taps).count == 16)
  }

  @Test func afterALongLookItRestsFortyNineTimesAsLong() async throws {
    let clock = Clock()
    let taps = Taps(elapsed: clock.elapsed)
    let reader = try taps.open(Self.stream(Self.text), after: nil, where: nil)
    let batch = Self.batch(SimulatedRecords.lines[0].records.prefix(1))
    // Each look at the clock takes a second.
    clock.set(.zero, step: .seconds(1))
    taps.look(at: batch, Self.edge)
    // It began at 2 s and ended at 3 s.
    for second in [4, 51, 52] {
      clock.set(.seconds(second))
      taps.look(at: batch, Self.edge)
    }
    #expect(await Self.samples(reader, taps).count == 2)
  }

  @Test func whatIsBehindTheFirstRecordsOfABatchIsNotLookedAt() async throws {
    let taps = Taps(elapsed: { .zero })
    let near = try taps.open(Self.stream(Self.text), after: nil, where: "{ field: ID, equals: 64 }")
    let far = try taps.open(Self.stream(Self.text), after: nil, where: "{ field: ID, equals: 65 }")
    // Hosts 1 to 70.
    taps.look(at: Self.batch(try TestLines.page(Array(repeating: 1, count: 70)).records), Self.edge)
    #expect(await Self.samples(near, taps).count == 1)
    #expect(await Self.samples(far, taps).isEmpty)
  }

  @Test func fourAreOpenAtOnceAndOneThatIsDroppedMakesRoom() throws {
    let taps = Taps(elapsed: { .zero })
    let stream = try Self.stream(Self.text)
    var readers = try (0..<4).map { _ in try taps.open(stream, after: nil, where: nil) }
    #expect(Self.refusal { () throws(TapRefusal) in try taps.open(stream, after: nil, where: nil) }.hasPrefix("4 taps"))
    readers.removeLast()
    readers.append(try taps.open(stream, after: nil, where: nil))
    #expect(readers.count == 4)
  }
}
