import Foundation
import Records
import Sinks
import Streaming
import SystemPackage
import TestSupport
import Testing

/// `keep` and `max` of dead letters: they go by the file, and nobody loses one unawares.
@Suite("Dead letters are kept") struct DeadLetterLimitsTests {
  private let folder: TemporaryFolder
  private let path: FilePath
  private let former: FilePath

  init() throws {
    folder = try TemporaryFolder()
    path = FilePath(folder.path("letters.jsonl"))
    former = DeadLetters.former(path)
  }

  private static let now = 1_800_000_000

  private func letters(_ stream: String = "s") -> DeadLetters { DeadLetters(path: path, stream: stream, naming: .sumo) }

  /// Adds a letter to the file.
  private func add(to letters: DeadLetters, because reason: String = "why") throws {
    let page = try TestLines.page([1])
    try letters.accept(page.records[0], from: "stage", because: reason, on: page.page)
    try letters.commit(page.page, marks: 1)
  }

  private func count(_ path: FilePath) -> Int { DeadLetters.counts(in: path.string).values.reduce(0, +) }

  private func setAge(_ age: Int, of path: FilePath) throws {
    let date = Date(timeIntervalSince1970: Double(Self.now - age))
    try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path.string)
  }

  private func makeRoom(keep: Int? = nil, max: Int? = nil) throws -> DeadLetters.Removed? {
    try letters().makeRoom(DeadLetters.Limits(keep: keep, maximum: max), at: Self.now)
  }

  @Test func aFullFileIsSetAsideAndTheOneBeforeItIsRemoved() throws {
    #expect(try makeRoom(max: 1_024) == nil && folder.names.isEmpty)
    try add(to: letters())
    #expect(try makeRoom(max: 1 << 20) == nil && count(path) == 1)
    for _ in 0..<2 { try add(to: letters()) }
    let bytes = try folder.bytes(of: "letters.jsonl").count
    #expect(try makeRoom(max: bytes) == nil)
    #expect(count(former) == 3 && count(path) == 0)
    for _ in 0..<4 { try add(to: letters()) }
    #expect(try makeRoom(max: bytes) == DeadLetters.Removed(letters: 3, bytes: bytes, wereOld: false))
    #expect(count(former) == 4 && count(path) == 0)
  }

  @Test func lettersAreKeptForAsLongAsIsSaidAndNotForTwiceAsLong() throws {
    try add(to: letters())
    #expect(try makeRoom(keep: 100) == nil && count(former) == 1 && count(path) == 0)
    try add(to: letters())
    try setAge(100, of: former)
    #expect(try makeRoom(keep: 100) == nil && count(former) == 1 && count(path) == 1)
    try setAge(101, of: former)
    #expect(try makeRoom(keep: 100)?.wereOld == true)
    #expect(count(former) == 1 && count(path) == 0)
    try setAge(101, of: former)
    #expect(try makeRoom(keep: 100)?.letters == 1)
    #expect(try folder.names.isEmpty)
  }

  @Test func anotherStreamThatIsInARoundGoesOnInTheNextFile() throws {
    let other = letters("other")
    try add(to: other)
    #expect(try makeRoom(keep: 1) == nil && count(path) == 0 && count(former) == 1)
    try add(to: other)
    #expect(try count(path) == 1 && other.end == folder.bytes(of: "letters.jsonl").count)
  }

  @Test func whoComesSecondSetsNothingAside() throws {
    for _ in 0..<2 { try add(to: letters()) }
    let first = try LocalDisk().open(path)
    #expect(try makeRoom(max: 1) == nil && count(path) == 2)
    try first.close()
    #expect(try makeRoom(max: 1) == nil && count(former) == 2)
  }

  @Test("a page that is done again behind a kill is written once, whatever file it is in now", arguments: [0, 1, 5])
  func placesOfAFileThatWasSetAside(others: Int) throws {
    for _ in 0..<3 { try add(to: letters()) }
    let end = try folder.bytes(of: "letters.jsonl").count
    // A round begins there; another stream sets the file aside, and this one is killed behind its first letter.
    _ = try makeRoom(max: 1)
    if others > 0 { try add(to: letters(), because: "killed") }
    let resumed = letters()
    try resumed.begin(at: end)
    try add(to: resumed, because: "killed")
    #expect(count(path) == 1 && count(former) == 3)
  }
}
