import Foundation
import Records
import Sinks
import Streaming
import SystemPackage
import TestSupport
import Testing

/// How what waits in a spool comes to its sink.
@Suite("From a spool to its sink") struct SpoolForwardingTests {
  private let rig: SpoolRig
  private let pages: [RecordedPage<Line>]

  init() throws {
    rig = try SpoolRig()
    pages = try [TestLines.page([3, 2]), TestLines.page([1, 4, 1], number: 1), TestLines.page([2], number: 2)]
  }

  /// A spool with pages, of which each ends a round or only the last one does.
  private func filled(roundPerPage: Bool) async throws -> Spool {
    let spool = try rig.open()
    let sink = SpooledSink(spool, for: "kept")
    try await sink.recover(nil)
    for page in pages {
      try await sink.take([page])
      if roundPerPage { try await sink.finish() }
    }
    try await sink.finish()
    return spool
  }

  @Test func aSinkThatFailsGetsThePageAgainThatItDoesNotHave() async throws {
    let spool = try await filled(roundPerPage: false)
    rig.change { $0.isDown = true }
    await #expect(throws: SpoolRig.Down.self) { try await rig.forwardAll(spool) }
    #expect(spool.watch.current.lines == SpoolRig.texts(pages).count)
    rig.change { $0.isDown = false }
    try await rig.forwardAll(spool)
    #expect(rig.now.lines == SpoolRig.texts(pages))
  }

  @Test(arguments: [false, true])
  func filesAreTheSameAsWithoutASpool(roundPerPage: Bool) async throws {
    func settings(_ folder: String) -> GzipFile.Settings {
      var settings = GzipFile.Settings(path: rig.folder.path("\(folder)/log-{n}.gz"))
      settings.memberBytes = 1500
      return settings
    }
    for part in roundPerPage ? pages.map({ [$0] }) : [pages] {
      let direct = GzipFile(settings("direct"), cores: 1)
      try await direct.recover(nil)
      for page in part { for batch in page.batches(of: 2) { try await direct.write(batch) } }
      try await direct.finish()
    }
    let spool = try await filled(roundPerPage: roundPerPage)
    await spool.endForwarding(whenEmpty: true)
    let letters = DeadLetters(path: FilePath(rig.folder.path("letters.jsonl")), stream: "s", naming: .sumo)
    let made = settings("spooled")
    try await SpoolForwarding(spool, letters: letters) { GzipFile(made, cores: 1) }.run()
    let direct = try rig.folder.url.appending(path: "direct").files
    #expect(direct.count == (roundPerPage ? 3 : 1))
    #expect(try rig.folder.url.appending(path: "spooled").files == direct)
  }

  @Test(arguments: FaultyDisk.Manner.allCases)
  func whateverTheDiskRefusesFilesHaveEachLineOnce(_ manner: FaultyDisk.Manner) async throws {
    for number in 1... {
      let rig = try SpoolRig()
      let spool = try rig.open()
      let sink = SpooledSink(spool, for: "kept")
      try await sink.recover(nil)
      try await sink.take(pages)
      try await sink.finish()
      let disk = FaultyDisk(failing: number, manner)
      let out = rig.folder.path("out/log-{n}.gz")
      let letters = rig.folder.path("letters.jsonl")
      await spool.endForwarding(whenEmpty: true)
      for _ in 0..<2 {
        let forwarding = SpoolForwarding(
          spool,
          letters: DeadLetters(path: FilePath(letters), stream: "s", naming: .sumo)
        ) { GzipFile(GzipFile.Settings(path: out), disk: disk, cores: 1) }
        try? await forwarding.run()
      }
      let files = try rig.folder.url.appending(path: "out").files.sorted { $0.key < $1.key }
      let text = try files.flatMap { try GzipMembers.decompressed($0.value) }
      #expect(files.allSatisfy { $0.key.hasSuffix(".gz") }, "operation \(number) leaves \(files.map(\.key))")
      #expect(text == (try TestLines.text(pages.flatMap(\.records))), "operation \(number)")
      if !disk.hasFailed {
        #expect(number > 8)
        return
      }
    }
  }

  @Test func whatIsRefusedForEverIsADeadLetterAndCounted() async throws {
    let spool = try await filled(roundPerPage: false)
    let server = ScriptedServer { _, lines in
      HTTPAnswer(status: lines.contains { $0.contains(#""Id":"1002""#) } ? 400 : 200)
    }
    await spool.endForwarding(whenEmpty: true)
    let letters = DeadLetters(path: FilePath(rig.folder.path("letters.jsonl")), stream: "s", naming: .sumo)
    let settings = try HTTPSink.Settings(url: "https://127.0.0.1/")
    try await SpoolForwarding(spool, letters: letters) {
      HTTPSink(settings, scope: "p/s/1", sending: server, pace: VirtualTime().pace) { line, reason, page in
        try letters.accept(line, from: "http", because: reason, on: page)
      }
    }.run()
    let refused = SpoolRig.texts(pages).filter { $0.contains(#""Id":"1002""#) }
    #expect(refused.count == 4)
    #expect(Set(server.taken) == Set(SpoolRig.texts(pages)).subtracting(refused))
    #expect(spool.watch.current.refused == 4)
    let written = String(decoding: try rig.folder.bytes(of: "letters.jsonl"), as: UTF8.self).split(separator: "\n")
    #expect(written.count == 4)
    #expect(spool.watch.current.lines == 0)
  }

  @Test func requestsAreTheSameAsWithoutASpool() async throws {
    var settings = try HTTPSink.Settings(url: "https://127.0.0.1/")
    settings.records = 2
    let (direct, spooled) = (ScriptedServer(), ScriptedServer())
    let sink = HTTPSink(settings, scope: "p/s/1", sending: direct) { _, _, _ in }
    for page in pages { for batch in page.batches(of: 2) { try await sink.write(batch) } }
    try await sink.finish()
    let spool = try await filled(roundPerPage: false)
    await spool.endForwarding(whenEmpty: true)
    let letters = DeadLetters(path: FilePath(rig.folder.path("letters.jsonl")), stream: "s", naming: .sumo)
    try await SpoolForwarding(spool, letters: letters) { [settings] in
      HTTPSink(settings, scope: "p/s/1", sending: spooled) { _, _, _ in }
    }.run()
    #expect(spooled.requests.map(\.key) == direct.requests.map(\.key))
    #expect(spooled.requests.count > 4)
  }

  @Test func aSinkThatHadNoSpoolWhenItsRoundBeganGoesOnWhereItWas() async throws {
    let settings = GzipFile.Settings(path: rig.folder.path("log-{n}.gz"))
    let before = GzipFile(settings, cores: 1)
    try await before.recover(nil)
    for batch in pages[0].batches(of: 2) { try await before.write(batch) }
    let position = before.position
    await before.discard()
    let spool = try rig.open(committed: position)
    let sink = SpooledSink(spool, for: "gzip-file")
    try await sink.recover(position)
    try await sink.take([pages[1]])
    try await sink.finish()
    await spool.endForwarding(whenEmpty: true)
    let letters = DeadLetters(path: FilePath(rig.folder.path("letters.jsonl")), stream: "s", naming: .sumo)
    try await SpoolForwarding(spool, letters: letters) { GzipFile(settings, cores: 1) }.run()
    let text = try GzipMembers.decompressed(rig.folder.bytes(of: "log-0001.gz"))
    #expect(text == (try TestLines.text(pages[0].records + pages[1].records)))
  }
}
