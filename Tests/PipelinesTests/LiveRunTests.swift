import Foundation
import Health
import Pipelines
import Qualys
import Sinks
import SystemPackage
import TestSupport
import Testing

/// Rounds that ask Qualys itself.
@Suite struct LiveRunTests {
  private static let all = Array(1...7)

  private static func windows(_ qualys: LiveQualys) -> [String?] {
    qualys.now.requests.map { $0.value(of: "vm_processed_after") }
  }

  @Test func theFirstRoundAsksForEverythingAndTheNextForWhatChanged() async throws {
    let qualys = try LiveQualys()
    let report = try await qualys.run("start: all\n" + LiveQualys.stream)
    #expect(report.isBalanced && report.failed.isEmpty && report.interrupted == nil)
    #expect(qualys.delivered == Self.all)
    #expect(Self.windows(qualys) == [nil, nil, nil, nil])
    #expect(qualys.now.notices == ["test/test: the first round: everything, in pages of 2"])
    _ = try await qualys.run("start: all\n" + LiveQualys.stream)
    // The server's clock of the first page, less ten minutes.
    #expect(Set(Self.windows(qualys)) == ["2026-11-21T09:50:00Z"])
  }

  @Test(
    "a first round says what to expect, or that nobody knows, and later ones ask for nothing",
    arguments: [200, 403]
  )
  func size(status: Int) async throws {
    let qualys = try LiveQualys { _, _, request in
      guard request.api == .hosts else { return nil }
      guard status == 200 else { return LiveQualys.refusal(status) }
      var answer = LiveQualys.answer(
        "<HOST_LIST_OUTPUT><ID_SET><ID_RANGE>1-6</ID_RANGE><ID>7</ID></ID_SET></HOST_LIST_OUTPUT>"
      )
      answer.headers = [("X-RateLimit-Limit", "3"), ("X-RateLimit-Window-Sec", "3600"), ("X-RateLimit-Remaining", "2")]
      return answer
    }
    let file = "start: 2026-11-01\n" + LiveQualys.stream
    let report = try await qualys.run(file, tellsSize: true)
    #expect(report.failed.isEmpty && qualys.delivered == Self.all)
    let asked = qualys.now.requests.filter { $0.api == .hosts }
    #expect(asked.map { $0.value(of: "vm_processed_after") } == ["2026-11-01T00:00:00Z"])
    let notice = try #require(qualys.now.notices.last)
    #expect(
      status == 200
        ? notice == "test/test: 7 hosts visible, 4 pages of 2: about 4 calls, about 2h"
        : notice.hasPrefix("test/test: how much there is could not be asked: ") && notice.contains("403"),
      "\(notice)"
    )
    _ = try await qualys.run(file, tellsSize: true)
    #expect(!qualys.now.requests.contains { $0.api == .hosts })
  }

  @Test func aFirstRoundThatDoesNotKnowWhereToBeginAsksForNothing() async throws {
    let qualys = try LiveQualys()
    let error = try #require(await #expect(throws: NeedsBeginning.self) { try await qualys.run(LiveQualys.stream) })
    #expect("\(error)".contains("'test/test'") && "\(error)".contains("start: all"))
    #expect(qualys.now.requests.isEmpty)
    #expect(qualys.now.events.map(\.tracker) == ["ThirdPartyConfigError"])
  }

  @Test("a first round can begin at a time", arguments: ["2026-11-01", "2026-11-01T00:00:00Z"])
  func beginsAt(time: String) async throws {
    let qualys = try LiveQualys()
    _ = try await qualys.run("start: \(time)\n" + LiveQualys.stream)
    #expect(Set(Self.windows(qualys)) == ["2026-11-01T00:00:00Z"])
  }

  @Test("'--since' holds for one round", arguments: [Since.all, .time("2026-10-01T00:00:00Z")])
  func since(_ since: Since) async throws {
    let qualys = try LiveQualys()
    _ = try await qualys.run("start: all\n" + LiveQualys.stream)
    _ = try await qualys.run(LiveQualys.stream, since: since)
    #expect(Set(Self.windows(qualys)) == [since == .all ? nil : "2026-10-01T00:00:00Z"])
    _ = try await qualys.run(LiveQualys.stream)
    #expect(Set(Self.windows(qualys)) == ["2026-11-21T09:50:00Z"])
  }

  @Test func everythingIsAskedForWhenItIsDue() async throws {
    let qualys = try LiveQualys()
    let file = "start: all\nfull: weekly\n" + LiveQualys.stream
    var wereFull: [Bool] = []
    // Days since the first round.
    for days in [0, 1, 6, 1, 6] {
      qualys.pass(.seconds(days * 86_400))
      _ = try await qualys.run(file)
      wereFull.append(Self.windows(qualys).allSatisfy { $0 == nil })
    }
    #expect(wereFull == [true, false, true, false, true])
    #expect(qualys.now.events.filter { $0.tracker == "FullPull" }.count == 2)
  }

  @Test func aStateThatCannotBeTrustedMeansEverything() async throws {
    let qualys = try LiveQualys()
    _ = try await qualys.run("start: all\n" + LiveQualys.stream)
    try Data("no database".utf8).write(to: qualys.folder.url.appending(path: "state/state.db"))
    let report = try await qualys.run(LiveQualys.stream)
    #expect(Self.windows(qualys) == [nil, nil, nil, nil])
    #expect(qualys.now.events.map(\.tracker) == ["StateMovedAside", "FullPull"])
    #expect(report.notices.count == 1)
  }

  @Test func aStreamThatFailsLeavesOutOnlyThoseBehindIt() async throws {
    // The first asks for hosts of one network only, which its user may not.
    let qualys = try LiveQualys { _, _, request in
      request.value(of: "network_ids") == nil ? nil : LiveQualys.refusal(403)
    }
    let tail = "stages: [decode-detections, split-detections, encode-json], sinks: [kept] }"
    let report = try await qualys.run(
      """
      start: all
      streams:
        one: { source: { detections: { network_ids: [1] } }, \(tail)
        behind: { after: one, source: detections, \(tail)
        other: { source: detections, \(tail)
      """
    )
    #expect(report.failed.map(\.stream) == ["one"])
    #expect(report.failed.first?.errorClass == .thirdPartyConfig)
    #expect(report.streams.map(\.name) == ["other"])
    #expect(report.notices.count == 1 && report.notices[0].contains("'behind' was left out"))
    #expect(qualys.delivered == Self.all)
    let failures = qualys.now.events.filter { $0.errorClass != nil }
    #expect(failures.map(\.tracker) == ["ThirdPartyConfigError"] && failures.map(\.stream) == ["one"])
    #expect(failures.first?.httpStatus == 403)
  }

  @Test func streamsRunBehindThoseThatTheyName() async throws {
    let qualys = try LiveQualys()
    let tail = "stages: [decode-detections, split-detections, encode-json], sinks: [kept] }"
    let report = try await qualys.run(
      """
      start: all
      streams:
        second: { after: first, source: detections, \(tail)
        first: { source: detections, \(tail)
      """
    )
    #expect(report.streams.map(\.name) == ["first", "second"])
  }

  @Test func aWrongPasswordEndsAllStreams() async throws {
    let qualys = try LiveQualys { _, _, _ in LiveQualys.refusal(401) }
    let tail = "source: detections, stages: [decode-detections, encode-json], sinks: [kept] }"
    let report = try await qualys.run("start: all\nstreams:\n  one: { \(tail)\n  two: { \(tail)")
    #expect(report.failed.map(\.stream) == ["one"])
    #expect(qualys.now.requests.count == 1)
  }

  @Test("what passes is waited out for ever, or given up after the usual attempts", arguments: [true, false])
  func attempts(waits: Bool) async throws {
    let qualys = try LiveQualys { _, call, _ in
      if call <= 100 { throw BrokenConnection("refused") }
      return nil
    }
    let report = try await qualys.run("start: all\n" + LiveQualys.stream, waits: waits)
    #expect(report.failed.isEmpty == waits)
    #expect(qualys.delivered == (waits ? Self.all : []))
    #expect(qualys.now.requests.count == (waits ? 104 : 30))
    if !waits {
      #expect(report.failed.first?.errorClass == .thirdPartyGeneric)
      #expect(qualys.now.events.contains { $0.tracker == "ThirdPartyGenericError" && $0.severity == .error })
    }
    #expect(qualys.now.waits.allSatisfy { $0.reason.contains("refused") } && !qualys.now.waits.isEmpty)
  }

  @Test(
    "the share of the calls that the file leaves to others is left to them",
    arguments: [("leave: 50%", 270), ("", 0), ("leave: 0%", 0)]
  )
  func leave(settings: String, seconds: Int) async throws {
    let headers = [
      (name: "X-RateLimit-Limit", value: "100"), (name: "X-RateLimit-Window-Sec", value: "3600"),
      (name: "X-RateLimit-Remaining", value: "40"),
    ]
    let qualys = try LiveQualys(headers: headers)
    let report = try await qualys.run("start: all\n" + LiveQualys.stream, throttled: settings)
    #expect(report.failed.isEmpty && qualys.delivered == Self.all)
    // Four calls; of less than is left to others each has a fortieth of the window.
    #expect(qualys.now.elapsed == .seconds(seconds))
  }

  @Test("no more calls run at once than the file says", arguments: [("", true), ("connections: 1", false)])
  func connections(settings: String, areMany: Bool) async throws {
    let qualys = try LiveQualys(headers: [(name: "X-Concurrency-Limit-Limit", value: "4")])
    _ = try await qualys.run("start: all\n" + LiveQualys.stream, throttled: settings)
    // Host List is asked how to cut the rest, where calls can be made beside each other.
    #expect(qualys.now.requests.contains { $0.api == .hosts } == areMany)
  }

  @Test("a disk that is full is waited out, or ends the stream", arguments: [true, false])
  func disk(waits: Bool) async throws {
    let qualys = try LiveQualys(onWrite: { number in if number <= 3 { throw DiskError("write", "out", .noSpace) } })
    let report = try await qualys.run("start: all\n" + LiveQualys.stream, waits: waits)
    #expect(report.failed.isEmpty == waits)
    #expect(qualys.delivered == (waits ? Self.all : []))
    let events = qualys.now.events.filter { $0.tracker == "FirstPartyGenericError" }
    #expect(events.map(\.severity) == (waits ? [.warning, .warning, .warning] : [.error]))
    #expect(events.map(\.attempt) == (waits ? [1, 2, 3] : [1]))
    // Half of two, four and eight seconds.
    #expect(events.map(\.nextTry) == (waits ? [1, 2, 4] : [nil]))
  }

  @Test func aRenamedStreamGoesOn() async throws {
    let qualys = try LiveQualys()
    let tail = "source: detections, stages: [decode-detections, split-detections, encode-json], sinks: [kept] }"
    _ = try await qualys.run("start: all\nstreams:\n  old: { \(tail)")
    _ = try await qualys.run("streams:\n  new: { previously: old, \(tail)")
    #expect(Set(Self.windows(qualys)) == ["2026-11-21T09:50:00Z"])
    #expect(qualys.now.notices.contains("'new' goes on with the state of 'old'"))
    // And another time there is nothing to rename.
    _ = try await qualys.run("streams:\n  new: { previously: old, \(tail)")
    #expect(Set(Self.windows(qualys)) == ["2026-11-21T09:50:00Z"])
  }

  @Test func theReportSaysWhatWeighs() async throws {
    let qualys = try LiveQualys()
    let report = try await qualys.run("start: all\n" + LiveQualys.stream)
    let stream = try #require(report.streams.first)
    #expect(stream.heaviest.first?.path == "Detection.Results")
    #expect(stream.heaviest.reduce(0) { $0 + $1.share } <= 1.000_1)
    #expect(stream.lines == 7 && stream.bytes > 7 * 400)
    #expect(stream.asked == "everything")
  }

  @Test func theReportSaysWhatWasAskedFor() async throws {
    let qualys = try LiveQualys()
    let file = LiveQualys.stream.replacing("truncation_limit: 2", with: "severities: 4-5")
    let report = try await qualys.run("start: 2026-11-01\n" + file)
    #expect(report.streams.first?.asked == "what changed since 2026-11-01T00:00:00Z, with severities 4-5")
  }
}
