import Foundation
import Health
import Qualys
import Streaming
import SystemPackage
import TestSupport
import Testing

@Suite struct CaptureKeeperTests {
  private static let now = ServerTime.seconds("2026-11-22T01:32:26Z") ?? 0

  private static func pace(_ date: Int = now) -> Pace {
    Pace(elapsed: { .zero }, date: { date }, sleep: { _ in }, random: { 0 })
  }

  private static func keeper(
    _ on: CaptureSettings.Occasion,
    in folder: TemporaryFolder,
    _ events: any EventRecorder = NoEvents()
  ) -> CaptureKeeper {
    CaptureKeeper(
      CaptureSettings(on: on),
      in: folder.path("captures"),
      pipeline: "p",
      events: events,
      pace: Self.pace()
    )
  }

  private static func send(_ answers: [ScriptedTransport.Answer], through keeper: CaptureKeeper) async throws {
    let transport = keeper.capturing(ScriptedTransport { call, _ in answers[call] })
    for id in answers.indices {
      let response = try await transport.send(
        APIRequest(.detections, path: "/p", [APIRequest.Parameter("id_min", "\(id)")])
      )
      do { for try await _ in response.body {} } catch {}
    }
  }

  private static func captures(in folder: TemporaryFolder) throws -> [Capture] {
    let place = folder.path("captures/p")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
    return try names.sorted().map { try Capture("\(place)/\($0)") }
  }

  @Test(
    "a round in which nothing failed leaves nothing, unless all is wanted",
    arguments: CaptureSettings.Occasion.allCases
  )
  func quiet(on: CaptureSettings.Occasion) async throws {
    let folder = try TemporaryFolder()
    let keeper = Self.keeper(on, in: folder)
    keeper.begin(round: 7, at: Self.now, state: nil)
    try await Self.send([.init("a"), .init("", status: 409), .init("b")], through: keeper)
    keeper.watchedEvents.record(HealthEvent("Started", .info, stream: "s", "it began"))
    keeper.end()
    let captures = try Self.captures(in: folder)
    #expect(captures.count == (on == .always ? 1 : 0))
    #expect(captures.first?.path.hasSuffix("captures/p/20261122T013226Z-7") ?? true)
    #expect(captures.first?.exchanges.count ?? 3 == 3)
  }

  @Test("of a round in which pages failed those are kept, and the one before each")
  func failures() async throws {
    let folder = try TemporaryFolder()
    let keeper = Self.keeper(.error, in: folder)
    keeper.begin(round: 1, at: Self.now, state: nil)
    var answers = (0..<12).map { ScriptedTransport.Answer("page \($0)") }
    answers[4] = .init("broken", cut: 3)
    answers[8] = .init("refused", status: 500)
    try await Self.send(answers, through: keeper)
    keeper.end()
    let capture = try #require(try Self.captures(in: folder).first)
    #expect(capture.exchanges.compactMap { $0.value(of: "id_min") } == ["3", "4", "7", "8", "10", "11"])
    let files = try FileManager.default.contentsOfDirectory(atPath: capture.path)
    #expect(files.count == 13, "\(files)")
  }

  @Test("an answer that could not be understood is kept when an event says so")
  func event() async throws {
    let folder = try TemporaryFolder()
    let events = RecordedEvents()
    let keeper = Self.keeper(.error, in: folder, events)
    keeper.begin(round: 1, at: Self.now, state: nil)
    let transport = keeper.capturing(ScriptedTransport { call, _ in .init("page \(call)") })
    for number in 0..<6 {
      for try await _ in try await transport.send(APIRequest(.assets, path: "/p", [])).body {}
      if number == 2 { keeper.watchedEvents.record(HealthEvent(.thirdPartyGeneric, stream: "s", "bad XML")) }
    }
    keeper.end()
    let capture = try #require(try Self.captures(in: folder).first)
    #expect(capture.exchanges.compactMap(\.body) == [2, 3, 5, 6].map { "assets-00000\($0).json" })
    #expect(events.all.map(\.message) == ["bad XML"])
  }

  @Test("calls of another API meanwhile do not push out the answer that could not be understood")
  func twoAPIs() async throws {
    let folder = try TemporaryFolder()
    let keeper = Self.keeper(.error, in: folder)
    keeper.begin(round: 1, at: Self.now, state: nil)
    let transport = keeper.capturing(ScriptedTransport { call, _ in .init("page \(call)") })
    for api in [.detections, .detections, .knowledgeBase, .knowledgeBase, .knowledgeBase] as [API] {
      for try await _ in try await transport.send(APIRequest(api, path: "/p", [])).body {}
    }
    keeper.keepLast()
    keeper.end()
    let capture = try #require(try Self.captures(in: folder).first)
    #expect(capture.exchanges.count { $0.api == .detections } == 2)
    #expect(capture.exchanges.count { $0.api == .knowledgeBase } == 2)
  }

  @Test("a full disk is told once for all streams, and leaves no capture of nothing")
  func fullDisk() async throws {
    let folder = try TemporaryFolder()
    let events = RecordedEvents()
    let keeper = CaptureKeeper(
      CaptureSettings(),
      in: folder.path("captures"),
      pipeline: "p",
      events: events,
      pace: Self.pace(),
      disk: CaptureDisk { descriptor, bytes in
        if bytes.starts(with: "page".utf8) { throw Errno.noSpace }
        try CaptureDisk.system.write(descriptor, bytes)
      }
    )
    keeper.begin(round: 1, at: Self.now, state: nil)
    for _ in 0..<2 { try await Self.send([.init("page 0"), .init("page 1")], through: keeper) }
    keeper.end()
    #expect(events.all.map(\.tracker) == ["CaptureStopped"])
    #expect(try Self.captures(in: folder).isEmpty)
  }

  @Test("a Qualys that is down for long does not fill the disk")
  func bounded() async throws {
    let folder = try TemporaryFolder()
    let keeper = Self.keeper(.error, in: folder)
    keeper.begin(round: 1, at: Self.now, state: nil)
    try await Self.send((0..<500).map { _ in .init("down", status: 503) }, through: keeper)
    keeper.end()
    #expect(try #require(try Self.captures(in: folder).first).exchanges.count == 34)
  }

  @Test("captures go when they are old, and nothing else does")
  func old() throws {
    let folder = try TemporaryFolder()
    let place = folder.path("captures/p")
    let kept = ["20261121T013226Z-1", "20261122T013000Z-9", "notes", "20261119T013226Z-x", "20261119T013226Z"]
    for name in kept + ["20261121T013225Z-1", "20250101T000000Z-12"] {
      try FileManager.default.createDirectory(atPath: "\(place)/\(name)/state", withIntermediateDirectories: true)
    }
    let keeper = Self.keeper(.error, in: folder)
    keeper.removeOld()
    #expect(Set(try FileManager.default.contentsOfDirectory(atPath: place)) == Set(kept))
  }

  @Test(
    "the oldest are removed while all are too large, and none that is being written",
    arguments: [600, 599, 200, 1]
  )
  func tooLarge(maximum: Int) async throws {
    let folder = try TemporaryFolder()
    let place = folder.path("captures/p")
    func capture(_ name: String) throws {
      try FileManager.default.createDirectory(atPath: "\(place)/\(name)/state", withIntermediateDirectories: true)
      for file in ["a", "state/b"] {
        try Data(repeating: 1, count: 100).write(to: URL(fileURLWithPath: "\(place)/\(name)/\(file)"))
      }
    }
    let names = ["20261122T013200Z-9", "20261122T013201Z-2", "20261122T013201Z-3"]
    for name in names.reversed() { try capture(name) }
    try FileManager.default.createDirectory(atPath: "\(place)/notes", withIntermediateDirectories: true)
    let pace = Self.pace(Self.now - 3_600)
    let open = CaptureKeeper(
      CaptureSettings(),
      in: folder.path("captures"),
      pipeline: "p",
      events: NoEvents(),
      pace: pace
    )
    open.begin(round: 1, at: Self.now, state: nil)
    CaptureKeeper(
      CaptureSettings(maximum: maximum),
      in: folder.path("captures"),
      pipeline: "p",
      events: NoEvents(),
      pace: Self.pace()
    ).removeOld()
    let left = try Set(FileManager.default.contentsOfDirectory(atPath: place))
    let kept = names.suffix(maximum / 200)
    #expect(left.subtracting(["notes", "20261122T003226Z-1"]) == Set(kept))
    #expect(left.contains("20261122T003226Z-1") && left.contains("notes"))
    open.end()
  }

  @Test("a capture that cannot be begun is told once, and the run goes on")
  func noFolder() async throws {
    let folder = try TemporaryFolder()
    try "x".write(toFile: folder.path("captures"), atomically: true, encoding: .utf8)
    let events = RecordedEvents()
    let keeper = Self.keeper(.always, in: folder, events)
    keeper.begin(round: 1, at: Self.now, state: nil)
    try await Self.send([.init("a"), .init("b")], through: keeper)
    keeper.end()
    #expect(events.all.map(\.tracker) == ["CaptureStopped"])
  }
}
