import Foundation
import Records
import Sinks
import Streaming
import TestSupport
import Testing

/// Lines in gzip files: which bytes, which members, which files.
@Suite("gzip-file")
struct GzipFileTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func sink(_ name: String, level: Int = 6, roll: Int? = nil, member: Int = 1 << 20, cores: Int = 2) -> GzipFile
  {
    var settings = GzipFile.Settings(path: folder.path(name))
    settings.level = level
    settings.roll = roll
    settings.memberBytes = member
    return GzipFile(settings, cores: cores)
  }

  private func write(_ batches: [Batch<Line>], to sink: GzipFile) async throws {
    for batch in batches { try await sink.write(batch) }
  }

  /// Writes pages to a file of their own and gives its bytes.
  private func file(
    _ pages: [RecordedPage<Line>],
    batchesOf size: Int = 50,
    member: Int = 1 << 20,
    level: Int = 6,
    cores: Int = 2
  ) async throws -> [UInt8] {
    let name = "\(UUID().uuidString).gz"
    let sink = sink(name, level: level, member: member, cores: cores)
    for page in pages { try await write(page.batches(of: size), to: sink) }
    try await sink.finish()
    #expect(sink.counts.missing == 0)
    return try folder.bytes(of: name)
  }

  // MARK: Bytes

  @Test(
    "The same lines give the same bytes, however they came and on however many cores",
    arguments: [4096, 20_000, 1 << 20]
  )
  func sameBytes(member: Int) async throws {
    let pages = try [TestLines.page([3, 40, 1, 1, 9]), TestLines.page([2, 30], number: 1)]
    let expected = try await file(pages, batchesOf: 1000, member: member)
    #expect(try GzipMembers.decompressed(expected) == TestLines.text(pages.flatMap(\.records)))
    for (size, cores) in [(1, 1), (7, 4), (13, 2), (1000, 1)] {
      #expect(try await file(pages, batchesOf: size, member: member, cores: cores) == expected)
    }
  }

  @Test("Another level gives other bytes and the same lines", arguments: [1, 9])
  func levels(level: Int) async throws {
    let page = try TestLines.page([10, 10])
    let other = try await file([page], level: level)
    #expect(try GzipMembers.decompressed(other) == TestLines.text(page.records))
    #expect(try await file([page], level: level) == other)
  }

  @Test("Python reads what is written, and we read what Python writes")
  func python() async throws {
    let page = try TestLines.page([20, 5, 60])
    let bytes = try await file([page], member: 4096)
    let script = "import gzip,sys; sys.stdout.buffer.write(gzip.decompress(sys.stdin.buffer.read()))"
    let read = try await Command.run("/usr/bin/env", ["python3", "-c", script], input: Data(bytes))
    #expect(try Array(read.output) == TestLines.text(page.records))
    let writing = "import gzip,sys; sys.stdout.buffer.write(gzip.compress(sys.stdin.buffer.read(), 9))"
    let written = try await Command.run("/usr/bin/env", ["python3", "-c", writing], input: read.output)
    #expect(try GzipMembers.decompressed(Array(written.output)) == Array(read.output))
  }

  // MARK: Members

  @Test("Members end at marks; a large host has members of its own, and its first begins at its mark")
  func members() async throws {
    let page = try TestLines.page([3, 2, 60, 1, 1, 4])
    let members = try GzipMembers(await file([page], member: 4096))
    #expect(members.text == (try TestLines.text(page.records)))
    #expect(members.texts.count > 5)
    var held: [Set<String>] = []
    for text in members.texts {
      #expect(text.last == UInt8(ascii: "\n"), "a member holds whole lines")
      let ids = try text.split(separator: UInt8(ascii: "\n")).map { try StrictJSON(Array($0))["Id"]?.string ?? "" }
      held.append(Set(ids))
    }
    // The third host is larger than a member: it shares none with another.
    for ids in held where ids.contains("3") { #expect(ids == ["3"]) }
    #expect(held.filter { $0.contains("3") }.count > 3)
    // Every other host lies whole in one member.
    for id in ["1", "2", "4", "5", "6"] { #expect(held.filter { $0.contains(id) }.count == 1) }
  }

  @Test("A page ends its member, so that it can be committed")
  func pagesEndMembers() async throws {
    let pages = try [TestLines.page([1]), TestLines.page([1], number: 1), TestLines.page([1], number: 2)]
    #expect(try GzipMembers(await file(pages)).texts.count == 3)
  }

  // MARK: Abandoned pages

  @Test(
    "A page that breaks off is cut back to its last mark, and the next one follows",
    arguments: [
      // Hosts of the page, lines before the break, lines that stand.
      ([3, 3, 3], 8, 6), ([3, 3, 3], 1, 0), ([2, 60], 40, 2), ([60, 2], 61, 60), ([1, 80, 80], 130, 81), ([80], 79, 0),
    ]
  )
  func abandonedPage(hosts: [Int], broken: Int, standing: Int) async throws {
    for member in [4096, 1 << 20] {
      let before = try TestLines.page([2, 2], number: 1)
      let page = try TestLines.page(hosts)
      let after = try TestLines.page([5, 1], number: 2)
      let name = "abandoned-\(member).gz"
      let sink = sink(name, member: member)
      try await write(before.batches(of: 3), to: sink)
      try await write(page.brokenOff(after: broken, batchesOf: 5), to: sink)
      #expect(sink.counts.abandoned == broken - standing)
      #expect(sink.counts.acknowledged == before.records.count + standing)
      try await write(after.batches(of: 3), to: sink)
      try await sink.finish()
      #expect(sink.counts.missing == 0)
      let expected = try TestLines.text(before.records + page.records.prefix(standing) + after.records)
      #expect(try GzipMembers.decompressed(folder.bytes(of: name)) == expected)
      #expect(sink.counts.bytes == expected.count)
    }
  }

  @Test("A large host that breaks off while its members are on disk is cut out of the file")
  func abandonedLargeHost() async throws {
    let before = try TestLines.page([30], number: 1)
    let page = try TestLines.page([10, 200, 3])
    let sink = sink("large.gz", member: 4096, cores: 1)
    try await write(before.batches(of: 10), to: sink)
    let batches = page.brokenOff(after: 180, batchesOf: 10)
    try await write(batches.dropLast(), to: sink)
    let size = try folder.bytes(of: "large.gz.part").count
    try await write([#require(batches.last)], to: sink)
    #expect(try folder.bytes(of: "large.gz.part").count < size, "it was on disk, and is not any more")
    try await write(page.batches(of: 10), to: sink)
    try await sink.finish()
    let expected = try TestLines.text(before.records + page.records.prefix(10) + page.records)
    #expect(try GzipMembers.decompressed(folder.bytes(of: "large.gz")) == expected)
  }

  @Test("A first page of which nothing stands leaves no file")
  func nothingStands() async throws {
    let page = try TestLines.page([200])
    let sink = sink("nothing.gz", member: 4096, cores: 1)
    try await write(page.brokenOff(after: 150, batchesOf: 10), to: sink)
    try await sink.finish()
    #expect(try folder.names.isEmpty)
    #expect(sink.counts.abandoned == 150 && sink.counts.missing == 0)
  }

  // MARK: Files

  @Test("Nothing written, no file")
  func empty() async throws {
    let sink = sink("empty.gz")
    try await write(RecordedPage<Line>([]).batches(of: 1), to: sink)
    try await sink.finish()
    #expect(try folder.names.isEmpty)
  }

  @Test("While it is written a file ends in .part; in the end it is for this user alone")
  func partAndMode() async throws {
    let sink = sink("deeper/down/file.gz")
    try await write(TestLines.page([2]).batches(of: 1), to: sink)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("deeper/down")) == ["file.gz.part"])
    try await sink.finish()
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("deeper/down")) == ["file.gz"])
    for (path, mode) in [("deeper/down/file.gz", 0o600), ("deeper/down", 0o700)] {
      let attributes = try FileManager.default.attributesOfItem(atPath: folder.path(path))
      #expect(attributes[.posixPermissions] as? Int == mode)
    }
    #expect(sink.counts.destinations == [folder.path("deeper/down/file.gz")])
  }

  @Test("A file without {n} is replaced when the new one is whole, not before")
  func replaces() async throws {
    try Data("old".utf8).write(to: folder.url.appending(path: "file.gz"))
    let page = try TestLines.page([2])
    let sink = sink("file.gz")
    try await write(page.batches(of: 1), to: sink)
    #expect(try folder.bytes(of: "file.gz") == Array("old".utf8))
    try await sink.finish()
    #expect(try GzipMembers.decompressed(folder.bytes(of: "file.gz")) == TestLines.text(page.records))
  }

  @Test("{n} is the first number that is free")
  func numbering() async throws {
    for taken in ["log-0001.gz", "log-0002.gz", "log-0004.gz"] {
      try Data("old".utf8).write(to: folder.url.appending(path: taken))
    }
    for expected in ["log-0003.gz", "log-0005.gz"] {
      let sink = sink("log-{n}.gz")
      try await write(TestLines.page([1]).batches(of: 1), to: sink)
      try await sink.finish()
      #expect(sink.counts.destinations == [folder.path(expected)])
    }
    #expect(try folder.bytes(of: "log-0001.gz") == Array("old".utf8))
  }

  @Test("Files roll before they grow too large, at marks, and none is lost", arguments: [1500, 6000])
  func rolling(limit: Int) async throws {
    // Every host fits into a member: what is larger stays whole, as the next test has it.
    let pages = try (0..<8).map { try TestLines.page([4, 4, 1, 4, 4], resultsBytes: 100, number: $0) }
    let sink = sink("log-{n}.gz", roll: limit, member: 1000)
    for page in pages { try await write(page.batches(of: 3), to: sink) }
    try await sink.finish()
    let names = try folder.names
    #expect(names.count > 2)
    #expect(names == (1...names.count).map { "log-00\($0 < 10 ? "0" : "")\($0).gz" })
    var all: [UInt8] = []
    for name in names {
      let bytes = try folder.bytes(of: name)
      #expect(bytes.count <= limit)
      let text = try GzipMembers.decompressed(bytes)
      #expect(!text.isEmpty)
      all += text
    }
    #expect(try all == TestLines.text(pages.flatMap(\.records)))
    #expect(sink.counts.destinations.count == names.count)
  }

  @Test("A host too large for one file stays whole in a larger one")
  func rollingLargeHost() async throws {
    let page = try TestLines.page([2, 60, 2])
    let sink = sink("log-{n}.gz", roll: 3000, member: 4096)
    try await write(page.batches(of: 9), to: sink)
    try await sink.finish()
    let texts = try folder.names.map { try GzipMembers.decompressed(folder.bytes(of: $0)) }
    #expect(Array(texts.joined()) == (try TestLines.text(page.records)))
    let withLargeHost = texts.filter { String(decoding: $0, as: UTF8.self).contains("\"Id\":\"2\"") }
    #expect(withLargeHost.count == 1)
  }

  @Test("A page that breaks off over several files is cut back over them")
  func rollingAbandoned() async throws {
    let page = try TestLines.page([3, 3, 3, 3, 3, 3, 3, 3])
    let sink = sink("log-{n}.gz", roll: 1500, member: 1000, cores: 1)
    try await write(page.batches(of: 5).dropLast() + [], to: sink)
    let rest = page.batches(of: 5).last
    let position = Position(marks: 2, ending: .abandoned)
    try await write([Batch(#require(rest).records, of: page.page, at: position)], to: sink)
    try await sink.finish()
    let texts = try folder.names.map { try GzipMembers.decompressed(folder.bytes(of: $0)) }
    #expect(Array(texts.joined()) == (try TestLines.text(page.records.prefix(6))))
    #expect(sink.counts.abandoned == 18 && sink.counts.missing == 0)
  }

  @Test("A second run that writes the same file gets an error that says so, and harms nothing")
  func twoWriters() async throws {
    let page = try TestLines.page([2, 2])
    let first = sink("file.gz")
    let second = sink("file.gz")
    try await write(page.batches(of: 4), to: first)
    await #expect {
      try await write(page.batches(of: 4), to: second)
    } throws: { error in
      "\(error)".contains("file.gz.part") && "\(error)".contains("another run is writing it")
    }
    await second.discard()
    try await first.finish()
    #expect(try GzipMembers.decompressed(folder.bytes(of: "file.gz")) == TestLines.text(page.records))
  }

  @Test("What a killed run left is taken over")
  func leftovers() async throws {
    try Data("torn".utf8).write(to: folder.url.appending(path: "file.gz.part"))
    let page = try TestLines.page([2])
    let sink = sink("file.gz")
    try await write(page.batches(of: 4), to: sink)
    try await sink.finish()
    #expect(try folder.names == ["file.gz"])
    #expect(try GzipMembers.decompressed(folder.bytes(of: "file.gz")) == TestLines.text(page.records))
  }

  @Test("After giving up nothing is left", arguments: [0, 1, 3, 40])
  func discard(batches: Int) async throws {
    let sink = sink("log-{n}.gz", roll: 2000, member: 1000)
    try await write(Array(TestLines.page([3, 3, 3, 30, 3]).batches(of: 1).prefix(batches)), to: sink)
    await sink.discard()
    #expect(try folder.names.isEmpty)
  }

  @Test("Options that do not fit together are found")
  func check() {
    func error(_ entries: KeyValuePairs<String, OptionValue>) -> OptionError? {
      do {
        try GzipFile.check(.of(GzipFile.component, entries))
        return nil
      } catch { return error }
    }
    #expect(error(["path": .text("a-{n}.gz"), "roll": .integer(5000)]) == nil)
    #expect(error(["path": .text("a.gz"), "roll": .integer(5000)])?.option == "path")
    #expect(error(["path": .text("a-{date}.gz")])?.description == "'{date}' does not stand for anything")
    #expect(error(["path": .text("out/{n}/a.gz")])?.description == "'{n}' stands in a folder's name")
    #expect(error(["path": .text("{pipeline}/{stream}-{n}.gz")]) == nil)
  }

  @Test("Its documentation is complete")
  func documentation() throws { try GzipFile.component.demandIsDocumented(for: GzipFile.self) }
}
