import Foundation
import Records
import Sinks
import Streaming
import SystemPackage
import TestSupport
import Testing

/// What the next run does with what another one has left.
@Suite("Recovering files and dead letters")
struct RecoveryTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func sink(_ name: String = "log-{n}.gz") -> GzipFile {
    GzipFile(GzipFile.Settings(path: folder.path(name)), cores: 1)
  }

  private func part() throws -> URL {
    folder.url.appending(path: try #require(try folder.names.first { $0.hasSuffix(".part") }))
  }

  /// A run that ends in its second page, as a kill does; gives the committed position.
  private func left(_ pages: [RecordedPage<Line>], _ name: String = "log-{n}.gz") async throws -> [UInt8]? {
    let first = sink(name)
    try await first.recover(nil)
    for batch in pages[0].batches(of: 2) { try await first.write(batch) }
    let position = first.position
    for batch in pages[1].batches(of: 2) { try await first.write(batch) }
    await first.discard()
    return position
  }

  @Test("A file is cut back to its committed length, and goes on", arguments: ["log-{n}.gz", "log.gz"])
  func goesOn(name: String) async throws {
    let pages = try [TestLines.page([3, 2]), TestLines.page([4], number: 1)]
    let position = try await left(pages, name)
    let second = sink(name)
    try await second.recover(position)
    for batch in pages[1].batches(of: 3) { try await second.write(batch) }
    try await second.finish()
    let file = name.replacing("{n}", with: "0001")
    #expect(try folder.names == [file])
    #expect(try GzipMembers.decompressed(folder.bytes(of: file)) == TestLines.text(pages.flatMap(\.records)))
  }

  @Test("A file that has its name already is left alone, and the next one has another")
  func named() async throws {
    let page = try TestLines.page([3])
    let first = sink()
    try await first.recover(nil)
    for batch in page.batches(of: 9) { try await first.write(batch) }
    let position = first.position
    try await first.finish()
    let second = sink()
    try await second.recover(position)
    for batch in page.batches(of: 9) { try await second.write(batch) }
    try await second.finish()
    #expect(try folder.names == ["log-0001.gz", "log-0002.gz"])
    #expect(try folder.bytes(of: "log-0001.gz") == folder.bytes(of: "log-0002.gz"))
  }

  @Test("A file that someone has cut or taken away is an error that says what to do", arguments: [true, false])
  func tampered(isCut: Bool) async throws {
    let position = try await left([TestLines.page([3, 2]), TestLines.page([4], number: 1)])
    let part = try part()
    if isCut { try Data("cut".utf8).write(to: part) } else { try FileManager.default.removeItem(at: part) }
    await #expect {
      try await sink().recover(position)
    } throws: { error in
      let text = "\(error)"
      return error is UnrecoverableFile && text.contains(isCut ? "has 3 bytes" : "is not there")
        && text.contains(part.lastPathComponent) && text.contains("sluice reset")
    }
  }

  @Test("What was begun and never committed goes; what another run began stays, and its number is left to it")
  func others() async throws {
    let page = try TestLines.page([3])
    let other = sink()
    try await other.recover(nil)
    for batch in page.batches(of: 9) { try await other.write(batch) }
    let position = other.position
    await other.discard()

    let first = sink()
    try await first.recover(nil)
    let beginning = first.position
    for batch in page.batches(of: 9) { try await first.write(batch) }
    #expect(try folder.names.count == 2)
    await first.discard()

    let again = sink()
    try await again.recover(beginning)
    #expect(try folder.names.count == 1)
    for batch in page.batches(of: 9) { try await again.write(batch) }
    try await again.finish()
    let otherAgain = sink()
    try await otherAgain.recover(position)
    try await otherAgain.finish()
    #expect(try folder.names == ["log-0001.gz", "log-0002.gz"])
  }

  @Test("A run without a state takes over what its like has left, and leaves what a state counts on")
  func withoutState() async throws {
    let pages = try [TestLines.page([3]), TestLines.page([1], number: 1)]
    let position = try await left(pages)
    try Data("torn".utf8).write(to: folder.url.appending(path: "log-0002.gz.part"))
    let stateless = sink()
    for batch in pages[0].batches(of: 9) { try await stateless.write(batch) }
    try await stateless.finish()
    let next = sink()
    try await next.recover(position)
    try await next.finish()
    #expect(try folder.names == ["log-0001.gz", "log-0002.gz"])
    #expect(try folder.bytes(of: "log-0001.gz") == folder.bytes(of: "log-0002.gz"))
  }

  // MARK: Dead letters

  private func letters() -> DeadLetters {
    DeadLetters(path: FilePath(folder.path("letters.jsonl")), stream: "s", naming: .sumo)
  }

  private func commit(_ page: RecordedPage<Line>, to letters: DeadLetters) throws {
    for line in page.records { try letters.accept(line, from: "stage", because: "why", on: page.page) }
    try letters.commit(page.page, marks: .max)
  }

  @Test("Letters of a page that is done again are written once, wherever the first try broke off")
  func lettersOnce() throws {
    let pages = try [TestLines.page([2]), TestLines.page([3], number: 1)]
    let whole = letters()
    try whole.begin(at: nil)
    try commit(pages[0], to: whole)
    let end = whole.end
    try commit(pages[1], to: whole)
    let expected = try folder.bytes(of: "letters.jsonl")
    for length in Array(stride(from: end, to: expected.count, by: 37)) + [expected.count] {
      try Data(expected.prefix(length)).write(to: folder.url.appending(path: "letters.jsonl"))
      let again = letters()
      try again.begin(at: end)
      try commit(pages[1], to: again)
      #expect(try folder.bytes(of: "letters.jsonl") == expected, "broken off at \(length)")
    }
  }

  @Test("Nothing that someone else has written is ever cut off")
  func lettersOfOthers() throws {
    let page = try TestLines.page([2])
    let first = letters()
    try first.begin(at: nil)
    try commit(page, to: first)
    let foreign = try folder.bytes(of: "letters.jsonl") + Array("{\"of\":\"others\"}\n".utf8)
    try Data(foreign).write(to: folder.url.appending(path: "letters.jsonl"))
    let again = letters()
    try again.begin(at: 0)
    try commit(page, to: again)
    #expect(try folder.bytes(of: "letters.jsonl").starts(with: foreign))
  }
}
