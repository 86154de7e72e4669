import Foundation
import Health
import Pipelines
import Qualys
import Synchronization
import TestSupport
import Testing

/// Below `reserve` nothing is asked for.
@Suite struct DiskReserveTests {
  private static let gigabyte = 1 << 30

  /// A disk on which there is room after so many looks at one of its folders.
  private final class FillingDisk: Sendable {
    private let state: Mutex<(looks: Int, folders: Set<String>)>
    private let low: String
    private let free: Int

    init(low: String = "state", looks: Int, free: Int = gigabyte - 1) {
      state = Mutex((looks, []))
      self.low = low
      self.free = free
    }

    var folders: Set<String> { state.withLock { $0.folders } }

    func freeSpace(_ folder: String) -> Int? {
      state.withLock { state in
        state.folders.insert(folder)
        guard folder.hasSuffix(low), state.looks > 0 else { return gigabyte }
        state.looks -= 1
        return free
      }
    }
  }

  @Test("a run that waits goes on when there is room, and says so once", arguments: ["state", "out/dead-letters", "."])
  func waits(low: String) async throws {
    let qualys = try LiveQualys()
    let disk = FillingDisk(low: low == "." ? "events" : low, looks: 7)
    let file = "start: all\nevents: events/e.jsonl\ndead-letters: out/dead-letters/l.jsonl\n" + LiveQualys.stream
    let report = try await qualys.run(file, waits: true, freeSpace: { disk.freeSpace($0) })
    #expect(report.failed.isEmpty && qualys.delivered == Array(1...7))
    #expect(qualys.now.sleeps == [5, 10, 20, 40, 60, 60, 60].map { .seconds($0) })
    #expect(qualys.now.events.map(\.tracker) == ["DiskReserve", "DiskReserve"])
    #expect(qualys.now.events.map(\.isRecovery) == [false, true])
    #expect(qualys.now.waits.map(\.until) == [5, 15, 35, 75, 135, 195, 255].map { LiveQualys.start + $0 })
    let reason = try #require(qualys.now.waits.first?.reason)
    #expect(reason.contains("has 1023 MiB free, less than 'reserve: 1GiB'"), "\(reason)")
  }

  @Test func aRunThatDoesNotWaitEndsBeforeItAsks() async throws {
    let qualys = try LiveQualys()
    let disk = FillingDisk(looks: .max, free: 3 << 20)
    let report = try await qualys.run("start: all\n" + LiveQualys.stream, freeSpace: { disk.freeSpace($0) })
    #expect(report.failed.first?.error is DiskReserve.Shortage && report.failed.first?.errorClass == .firstPartyGeneric)
    #expect(qualys.now.requests.isEmpty && qualys.now.sleeps.isEmpty)
    #expect(qualys.now.events.map(\.tracker) == ["FirstPartyGenericError"])
    // Nothing is lost: the next run asks for all.
    _ = try await qualys.run("start: all\n" + LiveQualys.stream)
    #expect(qualys.delivered == Array(1...7))
  }

  @Test("what is free in the middle of a round counts, too") func inTheMiddle() async throws {
    let looks = Mutex(0)
    let qualys = try LiveQualys()
    _ = try await qualys.run(
      "start: all\n" + LiveQualys.stream,
      waits: true,
      freeSpace: { folder in
        guard folder.hasSuffix("state") else { return nil }
        return looks.withLock { looks in
          looks += 1
          return looks == 3 ? 0 : Self.gigabyte
        }
      }
    )
    #expect(qualys.delivered == Array(1...7) && qualys.now.sleeps == [.seconds(5)])
  }

  @Test(
    "how much is to stay free is the file's to say",
    arguments: [("reserve: 0\n", 0, true), ("reserve: 2KiB\n", 2_047, false), ("reserve: 2KiB\n", 2_048, true)]
  )
  func reserve(line: String, free: Int, isEnough: Bool) async throws {
    let qualys = try LiveQualys()
    let report = try await qualys.run(line + "start: all\n" + LiveQualys.stream, freeSpace: { _ in free })
    #expect(report.failed.isEmpty == isEnough)
  }

  @Test func aDryRunNeedsNoRoom() async throws {
    let qualys = try LiveQualys()
    let report = try await qualys.run("start: all\n" + LiveQualys.stream, rehearsal: DryRun(), freeSpace: { _ in 0 })
    #expect(report.failed.isEmpty)
  }

  @Test func whatIsFreeIsThatOfTheNearestFolder() throws {
    let folder = try TemporaryFolder()
    let free = try #require(Live.freeSpace(in: folder.path("")))
    #expect(free > 0)
    #expect(Live.freeSpace(in: folder.path("not/yet/there")) != nil)
    #expect(Live.freeSpace(in: "not/there/either") != nil)
    #expect(Live.freeSpace(in: "/proc/self/status/none") == nil)
  }
}
