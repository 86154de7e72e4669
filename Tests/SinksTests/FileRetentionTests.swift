import Foundation
import Sinks
import Streaming
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// `keep` and `max` of a sink's files.
@Suite("Files are kept") struct FileRetentionTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private static let now = 1_800_000_000
  private let told = Told()

  private final class Told: Sendable {
    let removed = Mutex<[String]>([])
    let failures = Mutex<[String]>([])

    func add(_ removal: FileRetention.Removal) {
      switch removal {
      case .removed(let files, _): removed.withLock { $0 += files.compactMap { $0.lastComponent?.string } }
      case .failed(let path, _): failures.withLock { $0.append(path.string) }
      }
    }
  }

  /// Runs a sink for one file, which was written some seconds ago.
  private func write(
    _ name: String = "s-{n}.gz",
    keep: Int? = nil,
    max: Int? = nil,
    age: Int = 0,
    disk: any Disk = LocalDisk()
  ) async throws {
    var settings = GzipFile.Settings(path: folder.path(name))
    settings.keep = keep
    settings.maximum = max
    let before = try folder.names
    let sink = GzipFile(settings, disk: disk, cores: 1, date: { Self.now }, onRemoval: { told.add($0) })
    for batch in try TestLines.page([3]).batches(of: 5) { try await sink.write(batch) }
    try await sink.finish()
    for name in try folder.names where !before.contains(name) { try setAge(age, of: name) }
  }

  private func setAge(_ age: Int, of name: String) throws {
    let date = Date(timeIntervalSince1970: Double(Self.now - age))
    try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: folder.path(name))
  }

  private func put(_ name: String, age: Int = 0) throws {
    try Data("x".utf8).write(to: URL(fileURLWithPath: folder.path(name)))
    try setAge(age, of: name)
  }

  @Test(
    arguments: [
      ("s-{n}.gz", "s-0001.gz", 1), ("s-{n}.gz", "s-12345.gz", 12_345), ("s-{n}.gz", "s-001.gz", nil),
      ("s-{n}.gz", "s-00012.gz", nil), ("s-{n}.gz", "s-0001.gz.part", nil), ("s-{n}.gz", "s-b-0001.gz", nil),
      ("s-{n}.gz", "s-0001.gz2", nil), ("s-{n}.gz", "ss-0001.gz", nil), ("s-{n}.gz", "s-.gz", nil),
      ("{n}0.gz", "00010.gz", 1), ("{n}-{n}.gz", "0002-0002.gz", 2), ("{n}-{n}.gz", "0002-0003.gz", nil),
      ("a.gz", "a.gz", nil), ("s-{n}.gz", "s-٠٠٠١.gz", nil), ("s-{n}.gz", "s-99999999999999999999.gz", nil),
    ] as [(String, String, Int?)]
  )
  func aNameIsTheirsOnlyIfTheirPathMadeIt(path: String, name: String, number: Int?) {
    #expect(NumberedNames("folder/\(path)").number(of: name) == number)
  }

  @Test func numbersOfUnfinishedFilesCount() {
    #expect(NumberedNames("s-{n}.gz").numbers(in: ["s-0003.gz.part", "s-0007.gz.1a2b.part", "b-0009.gz"]) == [3, 7])
  }

  @Test("what removes files needs files with numbers", arguments: ["keep", "max"])
  func needsNumbers(option: String) throws {
    func check(_ path: String) throws {
      try GzipFile.check(Options.of(GzipFile.component, ["path": .text(path), option: .integer(2_048)]))
    }
    try check("out/{n}.gz")
    let error = try #require(throws: OptionError.self) { try check("out/all.gz") }
    #expect(error.description.contains("'\(option)' removes files with numbers"))
  }

  @Test func olderFilesAreRemovedAndNoneOfAnothersNorTheNewest() async throws {
    let others = ["other-0001.gz", "s-1.gz", "s-b-0001.gz", "s-0001.gz.old", "s-0000.gz.ffff.part"]
    for name in others { try put(name, age: 1_000_000) }
    try await write(age: 101)
    try await write(age: 99)
    try await write(keep: 100, age: 500)
    #expect(try Set(folder.names) == Set(others + ["s-0002.gz", "s-0003.gz"]))
    #expect(told.removed.withLock { $0 } == ["s-0001.gz"])
    // The newest is as old as it is.
    try await write("t-{n}.gz", keep: 100, age: 500)
    #expect(try folder.names.contains("t-0001.gz"))
  }

  @Test func theOldestAreRemovedWhileAllAreTooLarge() async throws {
    try await write()
    let size = try folder.bytes(of: "s-0001.gz").count
    for _ in 0..<4 { try await write(max: 2 * size) }
    #expect(try Set(folder.names) == ["s-0004.gz", "s-0005.gz"])
    #expect(told.removed.withLock { $0 } == ["s-0001.gz", "s-0002.gz", "s-0003.gz"])
    // One alone is larger than all may be.
    try await write(max: 1)
    #expect(try folder.names == ["s-0006.gz"])
  }

  @Test func aNumberThatWasUsedDoesNotComeAgain() async throws {
    for _ in 0..<3 { try await write(max: 1) }
    try put("s-0007.gz.1a2b.part")
    try await write(max: 1)
    #expect(try Set(folder.names) == ["s-0007.gz.1a2b.part", "s-0008.gz"])
    // Where nothing is removed, numbers are filled up as before.
    try await write()
    #expect(try folder.names.contains("s-0001.gz"))
  }

  @Test func whatCannotBeRemovedStaysAndIsTold() async throws {
    try await write()
    var hasFailed = false
    for step in 1...40 {
      let before = try folder.names
      let disk = FaultyDisk(failing: step)
      let failures = told.failures.withLock { $0.count }
      // A disk that fails before may end the sink itself.
      let isWritten = (try? await write(max: 1, disk: disk)) != nil
      if told.failures.withLock({ $0.count }) > failures {
        hasFailed = true
        #expect(try isWritten && !folder.names.isEmpty)
        #expect(told.removed.withLock { $0.isEmpty } || !before.isEmpty)
      }
    }
    #expect(hasFailed, "the removal was never the one that failed")
  }
}
