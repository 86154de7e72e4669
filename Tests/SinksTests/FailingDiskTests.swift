import Foundation
import Records
import Sinks
import Streaming
import SystemPackage
import TestSupport
import Testing

/// Every operation on files fails once, each in its turn: never a torn file under a final name, never a leftover.
@Suite("When the disk fails")
struct FailingDiskTests {
  /// What a run does: three pages, one of them abandoned in its largest host, over several files.
  private func run(_ sink: GzipFile, _ pages: [RecordedPage<Line>]) async throws {
    for batch in pages[0].batches(of: 4) { try await sink.write(batch) }
    for batch in pages[1].brokenOff(after: 10, batchesOf: 4) { try await sink.write(batch) }
    for batch in pages[2].batches(of: 4) { try await sink.write(batch) }
    try await sink.finish()
  }

  @Test("gzip-file: whole files or none", arguments: FaultyDisk.Manner.allCases, [nil, 1024])
  func gzipFile(_ manner: FaultyDisk.Manner, roll: Int?) async throws {
    let pages = try [TestLines.page([3]), TestLines.page([1, 12], number: 1), TestLines.page([1, 2], number: 2)]
    let expected = try TestLines.text(pages[0].records + pages[1].records.prefix(1) + pages[2].records)
    for number in 1... {
      let folder = try TemporaryFolder()
      var settings = GzipFile.Settings(path: folder.path(roll == nil ? "sub/log.gz" : "sub/log-{n}.gz"))
      settings.memberBytes = 1500
      settings.roll = roll
      let disk = FaultyDisk(failing: number, manner)
      let sink = GzipFile(settings, disk: disk, cores: 1)
      var error: (any Error)?
      do { try await run(sink, pages) } catch let caught {
        error = caught
        await sink.discard()
      }
      let sub = try folder.names.contains("sub") ? folder.url.appending(path: "sub").files : [:]
      #expect(sub.keys.allSatisfy { $0.hasSuffix(".gz") }, "operation \(number) leaves \(sub.keys)")
      let text = try sub.sorted { $0.key < $1.key }.flatMap { try GzipMembers.decompressed($0.value) }
      #expect(expected.starts(with: text), "operation \(number)")
      #expect(text.isEmpty || text.last == UInt8(ascii: "\n"))
      // A file that got its name although we were told that it did not is whole as well.
      #expect(sink.counts.destinations.count == sub.count || manner == .after)
      guard error != nil else {
        #expect(!disk.hasFailed, "an error was swallowed")
        #expect(text == expected)
        let atRisk = disk.atRisk
        #expect(atRisk.files.isEmpty && atRisk.folders.isEmpty && atRisk.early.isEmpty, "\(atRisk)")
        #expect(number > 15, "\(number) operations: the run did too little to show anything")
        return
      }
      #expect(error is FaultyDisk.Fault)
    }
  }

  @Test("Dead letters: an error, and no letter is thought durable that is not", arguments: FaultyDisk.Manner.allCases)
  func deadLetters(_ manner: FaultyDisk.Manner) throws {
    let page = try TestLines.page([2, 2])
    for number in 1... {
      let folder = try TemporaryFolder()
      let disk = FaultyDisk(failing: number, manner)
      let letters = DeadLetters(path: .init(folder.path("dead/letters.jsonl")), stream: "s", naming: .sumo, disk: disk)
      for line in page.records { try letters.accept(line, from: "guard-size", because: "too long", on: page.page) }
      do {
        try letters.commit(page.page, marks: 2)
      } catch {
        #expect(letters.count == 0)
        continue
      }
      #expect(letters.count == 4)
      #expect(disk.atRisk.files.isEmpty)
      #expect(!disk.hasFailed)
      #expect(number > 4)
      return
    }
  }
}
