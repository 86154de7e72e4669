import Service
import Testing

@testable import Commands

/// What `sluice top` draws, without a terminal.
@Suite struct TopScreenTests {
  /// A service with two pipelines, one stream of which has failed.
  static func service(now: Int = 1_000_000, records: Int = 5_000) -> ServiceStatus {
    var status = ServiceStatus(version: "0.1.0", process: 4711, started: 990_000, now: now, memory: 43_210_000)
    var pipeline = ServiceStatus.Pipeline(name: "sumo-logic", file: "Pipelines/sumo-logic.yaml")
    pipeline.rates = [.init(api: "detections", limit: 300, left: 271, window: 3600, concurrency: 2)]
    var detections = ServiceStatus.Stream(
      name: "detections",
      logType: "vulnerabilityLogs",
      state: .collecting,
      stateSince: 990_010,
      health: .green
    )
    detections.behind = 3_725
    detections.next = now + 600
    detections.rounds = 12
    detections.counts.recordsIn = records
    detections.counts.bytesOut = records * 1_000
    var assets = ServiceStatus.Stream(
      name: "assets",
      logType: "assetInventory",
      state: .error,
      stateSince: 999_000,
      health: .red
    )
    assets.errors = 2
    assets.message = "Qualys answers 503"
    assets.errorClass = "ThirdPartyGeneric"
    assets.attempt = 3
    assets.nextTry = now + 90
    assets.waitingFor = "calls to be allowed again"
    assets.waitingUntil = now + 45
    pipeline.streams = [detections, assets]
    var other = ServiceStatus.Pipeline(name: "knowledge-base", file: "kb.yaml")
    other.problem = "line 3: there is no stage 'decode'"
    status.pipelines = [pipeline, other]
    return status
  }

  private static func lines(
    _ status: ServiceStatus = service(),
    previous: ServiceStatus? = nil,
    width: Int = 120,
    height: Int = 50,
    colour: Bool = false
  ) -> [String] {
    TopScreen.lines(status, previous: previous, width: width, height: height, colour: colour)
  }

  @Test func showsEveryStreamAndWhatIsWrongWithIt() {
    let previous = Self.service(now: 999_995, records: 3_000)
    #expect(
      Self.lines(previous: previous)
        == [
          "sluice 0.1.0  up 2 h 46 min  memory 43.2 MB  process 4711",
          "",
          "sumo-logic  Pipelines/sumo-logic.yaml",
          "  calls left: detections 271 of 300",
          "  stream      state              behind by  records/s   bytes/s  next round  rounds",
          "  detections  Collecting, green  1 h 2 min        400  400.0 KB   in 10 min      12",
          "  assets      Error, red                 -          0       0 B           -       0",
          "    ThirdPartyGeneric, try 3, next in 1 min, 2 open: Qualys answers 503",
          "    waits for calls to be allowed again, 45 s more",
          "",
          "knowledge-base  kb.yaml",
          "  not taken up: line 3: there is no stage 'decode'",
          "",
        ].dropLast()
    )
  }

  @Test func ratesNeedTheSameProcessAndAnEarlierSecond() {
    var other = Self.service(now: 999_995, records: 3_000)
    other.started += 1
    for previous in [nil, other, Self.service(records: 3_000)] {
      #expect(Self.lines(previous: previous)[5].contains(" -        -   in 10 min"))
    }
  }

  @Test("no line is wider than the window, and the state stays to be seen", arguments: 1...130)
  func fitsTheWidth(width: Int) {
    let lines = Self.lines(width: width)
    #expect(lines.allSatisfy { $0.unicodeScalars.count <= width })
    if width >= 40 { #expect(lines.contains { $0.contains("Error, red") }) }
    let coloured = Self.lines(width: width, colour: true).map { $0.replacing(/\u{1B}\[[0-9]+m/, with: "") }
    #expect(coloured == lines)
  }

  @Test("no more lines than the window has, and the last says what is missing", arguments: 0...13)
  func fitsTheHeight(height: Int) {
    let lines = Self.lines(height: height)
    #expect(lines.count == min(height, 12))
    if 1..<12 ~= height { #expect(lines.last?.hasPrefix("\(12 - height + 1) lines more") == true) }
  }

  @Test func coloursAreThoseOfHealthAndEndWithTheirWord() {
    let lines = Self.lines(colour: true)
    #expect(lines.contains { $0.contains("\u{1B}[32mCollecting, green\u{1B}[0m") })
    #expect(lines.contains { $0.contains("\u{1B}[31mError, red\u{1B}[0m") })
  }

  @Test(
    "what a terminal would obey never reaches it",
    arguments: [
      "\u{1B}[2J\u{1B}]0;title\u{07}", "a\rb\nc\td", "\u{9B}31m", "\u{202E}abc\u{2066}", "\u{200B}\u{FEFF}",
      "e\u{301}\u{302}\u{303}", "\u{7F}\u{0}\u{8}", "漢字🙂", "\u{AD}\u{2028}\u{2029}",
    ]
  )
  func hostileTexts(text: String) {
    var status = Self.service()
    status.version = text
    status.pipelines[0].name = text
    status.pipelines[0].file = text
    status.pipelines[0].problem = text
    status.pipelines[0].rates[0].api = text
    status.pipelines[0].streams[1].name = text
    status.pipelines[0].streams[1].message = text
    status.pipelines[0].streams[1].errorClass = text
    status.pipelines[0].streams[1].waitingFor = text
    status.pipelines[0].streams[1].follows = text
    for width in [10, 40, 120] {
      for line in Self.lines(status, width: width) {
        #expect(line.unicodeScalars.count <= width)
        #expect(line.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F ~= $0.value) && $0.value < 0x2027 })
      }
    }
  }

  @Test func timesOfAnotherClockAndHugeNumbersDoNoHarm() {
    var status = Self.service()
    status.now = 0
    status.memory = .max
    status.pipelines[0].streams[0].counts.bytesOut = .max
    #expect(Self.lines(status, previous: Self.service(now: -1, records: 0)).count == 12)
  }
}
