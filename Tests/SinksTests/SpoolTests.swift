import Foundation
import Records
import Sinks
import Streaming
import SystemPackage
import TestSupport
import Testing

/// What a spool keeps, and what it gives on.
@Suite("A spool") struct SpoolTests {
  private let pages: [RecordedPage<Line>]

  init() throws {
    pages = try [
      TestLines.page([3, 2]), TestLines.page([1, 4, 1], number: 1), TestLines.page([2], number: 2),
      TestLines.page([5, 1], number: 3),
    ]
  }

  @Test func givesEveryLineOnceAndInOrder() async throws {
    let rig = try SpoolRig()
    let spool = try rig.open()
    let sink = SpooledSink(spool, for: "kept")
    try await sink.recover(nil)
    try await sink.take(pages)
    #expect(spool.watch.current.lines == SpoolRig.texts(pages).count)
    try await sink.finish()
    try await rig.forwardAll(spool)
    #expect(rig.now.lines == SpoolRig.texts(pages))
    #expect(sink.counts.missing == 0)
    #expect(sink.counts.acknowledged == SpoolRig.texts(pages).count)
    #expect(sink.counts.bytes == SpoolRig.texts(pages).reduce(0) { $0 + $1.utf8.count + 1 })
    #expect(spool.watch.current.lines == 0)
    #expect(try rig.files.isEmpty)
  }

  @Test func givesOnOnlyWhatIsCommitted() async throws {
    let rig = try SpoolRig()
    let spool = try rig.open()
    let sink = SpooledSink(spool, for: "kept")
    try await sink.recover(nil)
    try await sink.take([pages[0]])
    for batch in pages[1].batches(of: 2) { try await sink.write(batch) }
    try await rig.forwardAll(spool)
    #expect(rig.now.lines == SpoolRig.texts([pages[0]]))
    try await sink.publish(sink.position)
    try await rig.forwardAll(spool)
    #expect(rig.now.lines == SpoolRig.texts(Array(pages[..<2])))
  }

  @Test(arguments: [1, 2, 4, 9]) func keepsOfAPageThatBreaksOffWhatStands(batchesOf size: Int) async throws {
    let rig = try SpoolRig()
    let spool = try rig.open()
    let sink = SpooledSink(spool, for: "kept")
    try await sink.recover(nil)
    try await sink.take([pages[0]])
    // In the midst of its second host.
    for batch in pages[1].brokenOff(after: 3, batchesOf: size) { try await sink.write(batch) }
    try await sink.publish(sink.position)
    try await sink.take([pages[2]])
    try await rig.forwardAll(spool)
    let expected = pages[0].records + pages[1].records.prefix(1) + pages[2].records
    #expect(rig.now.lines == expected.map(\.text))
    #expect(sink.counts.abandoned == 2)
    #expect(sink.counts.missing == 0)
    #expect(sink.counts.bytes == expected.reduce(0) { $0 + $1.byteCount + 1 })
  }

  @Test func whereverItIsCutBehindWhatIsCommittedExactlyThatIsGivenOn() async throws {
    let rig = try SpoolRig()
    let spool = try rig.open()
    let sink = SpooledSink(spool, for: "kept")
    try await sink.recover(nil)
    try await sink.take(Array(pages[..<2]))
    let position = sink.position
    let name = try #require(try rig.files.first)
    let file = URL(filePath: rig.path.appending(name).string)
    let committed = try Data(contentsOf: file).count
    for batch in pages[2].batches(of: 1) { try await sink.write(batch) }
    await spool.close()
    let all = try Data(contentsOf: file)
    let record = try Data(contentsOf: URL(filePath: rig.path.appending("spool.json").string))
    #expect(all.count > committed + 500)
    for length in committed...all.count {
      try all.prefix(length).write(to: file)
      try record.write(to: URL(filePath: rig.path.appending("spool.json").string))
      rig.change { $0.lines = [] }
      let next = try rig.open(committed: position)
      let again = SpooledSink(next, for: "kept")
      try await again.recover(position)
      try await again.take([pages[3]])
      try await rig.forwardAll(next)
      let isExact = rig.now.lines == SpoolRig.texts([pages[0], pages[1], pages[3]])
      #expect(isExact, "cut at \(length) of \(all.count)")
      try FileManager.default.removeItem(atPath: rig.path.string)
      try FileManager.default.createDirectory(atPath: rig.path.string, withIntermediateDirectories: true)
    }
  }

  @Test func whatIsMissingOfWhatIsCommittedIsAnError() async throws {
    let rig = try SpoolRig()
    let sink = SpooledSink(try rig.open(), for: "kept")
    try await sink.recover(nil)
    try await sink.take([pages[0]])
    let file = URL(filePath: rig.path.appending(try #require(try rig.files.first)).string)
    try Data(contentsOf: file).dropLast().write(to: file)
    let position = sink.position
    #expect(throws: UnrecoverableFile.self) { try rig.open(committed: position) }
  }

  @Test func linesWithoutTheRecordOfThemAreAnError() async throws {
    let rig = try SpoolRig()
    let sink = SpooledSink(try rig.open(), for: "kept")
    try await sink.recover(nil)
    try await sink.take([pages[0]])
    try FileManager.default.removeItem(atPath: rig.path.appending("spool.json").string)
    let error = #expect(throws: UnrecoverableFile.self) { try rig.open() }
    #expect("\(try #require(error))".contains("spool.json' is not there"))
  }

  @Test func betweenRoundsNothingMustBeKnownToFindItAgain() async throws {
    let rig = try SpoolRig()
    let sink = SpooledSink(try rig.open(), for: "kept")
    try await sink.recover(nil)
    try await sink.take(Array(pages[..<2]))
    try await sink.finish()
    let next = try rig.open()
    #expect(next.watch.current.lines == SpoolRig.texts(Array(pages[..<2])).count)
    try await rig.forwardAll(next)
    #expect(rig.now.lines == SpoolRig.texts(Array(pages[..<2])))
  }

  @Test func aFullOneHoldsUntilThereIsRoomAndNothingIsLost() async throws {
    let rig = try SpoolRig()
    rig.change { $0.isDown = true }
    let spool = try rig.open()
    let sink = SpooledSink(spool, for: "kept")
    try await sink.recover(nil)
    let large = try (0..<12).map { try TestLines.page([20], resultsBytes: 10_000, number: $0) }
    async let writing: Void = sink.take(large, batchesOf: 4)
    while !spool.watch.current.isFull { await Task.yield() }
    #expect(spool.watch.current.bytes <= rig.limit)
    #expect(spool.watch.current.bytes > rig.limit / 2)
    await #expect(throws: SpoolRig.Down.self) { try await rig.forwarding(spool).run() }
    #expect(spool.watch.current.isFull)
    rig.change { $0.isDown = false }
    let forwarding = rig.forwarding(spool)
    async let taking: Void = forwarding.run()
    try await writing
    await spool.endForwarding(whenEmpty: true)
    try await taking
    #expect(rig.now.lines == SpoolRig.texts(large))
    #expect(rig.now.fullness.first == true && rig.now.fullness.last == false)
    #expect(spool.watch.current.bytes == 0)
  }

  @Test func aFullOneWhoseSinkHasGivenUpHoldsNobody() async throws {
    let rig = try SpoolRig()
    let spool = try rig.open()
    let sink = SpooledSink(spool, for: "kept")
    try await sink.recover(nil)
    let large = try (0..<12).map { try TestLines.page([20], resultsBytes: 10_000, number: $0) }
    async let writing: Void = sink.take(large, batchesOf: 4)
    while !spool.watch.current.isFull { await Task.yield() }
    await spool.giveUp(SpoolRig.Down())
    var caught: (any Error)?
    do { try await writing } catch { caught = error }
    #expect(caught is SpoolRig.Down)
  }

  @Test func aLineLongerThanItPassesWhenNothingElseIsInIt() async throws {
    let rig = try SpoolRig()
    let spool = try rig.open()
    let sink = SpooledSink(spool, for: "kept")
    try await sink.recover(nil)
    let long = try TestLines.page([1], resultsBytes: 3 << 20, number: 7)
    try await sink.take([long])
    let forwarding = rig.forwarding(spool)
    async let taking: Void = forwarding.run()
    try await sink.take([pages[0], long])
    await spool.endForwarding(whenEmpty: true)
    try await taking
    let isSame = rig.now.lines == SpoolRig.texts([long, pages[0], long])
    #expect(isSame)
  }

  @Test func filesGoWithWhatTheyHold() async throws {
    let rig = try SpoolRig()
    let spool = try rig.open()
    let sink = SpooledSink(spool, for: "kept")
    try await sink.recover(nil)
    let large = try (0..<3).map { try TestLines.page([20], resultsBytes: 10_000, number: $0) }
    try await sink.take(large, batchesOf: 4)
    #expect(try rig.files.count > 1)
    // The page at hand is not committed, and stays.
    for batch in pages[0].batches(of: 2) { try await sink.write(batch) }
    try await rig.forwardAll(spool)
    #expect(try rig.files.count == 1)
    try await sink.publish(sink.position)
    try await rig.forwardAll(spool)
    #expect(try rig.files.isEmpty)
    #expect(rig.now.lines == SpoolRig.texts(large + [pages[0]]))
  }

  @Test func nobodyElseMayReadIt() async throws {
    let rig = try SpoolRig()
    let sink = SpooledSink(try rig.open(), for: "kept")
    try await sink.recover(nil)
    try await sink.take([pages[0]])
    for name in try rig.files + ["spool.json", "."] {
      let attributes = try FileManager.default.attributesOfItem(atPath: rig.path.appending(name).string)
      let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue
      #expect(mode == (name == "." ? 0o700 : 0o600))
    }
  }

  @Test(arguments: FaultyDisk.Manner.allCases)
  func whateverTheDiskRefusesNothingIsLostAndNothingComesTwice(_ manner: FaultyDisk.Manner) async throws {
    for number in 1... {
      let rig = try SpoolRig()
      let disk = FaultyDisk(failing: number, manner)
      var position: [UInt8]?
      var done = 0
      var spool: Spool?
      // As a stream does: from the last committed page, again and again.
      for _ in 0..<4 where done <= pages.count {
        do {
          let open = try spool ?? rig.open(disk)
          spool = open
          let sink = SpooledSink(open, for: "kept")
          try await sink.recover(position)
          while done < pages.count {
            for batch in pages[done].batches(of: 2) { try await sink.write(batch) }
            #expect(disk.atRisk.files.isEmpty && disk.atRisk.folders.isEmpty && disk.atRisk.early.isEmpty)
            position = sink.position
            done += 1
            try await sink.publish(position)
          }
          try await sink.finish()
          done += 1
        } catch { #expect(error is FaultyDisk.Fault) }
      }
      let last = try #require(spool)
      try? await rig.forwardAll(last)
      try await rig.forwardAll(last)
      #expect(Set(rig.now.lines) == Set(SpoolRig.texts(pages)), "operation \(number)")
      // What the spool could not note to be gone comes again, a page at most.
      #expect(rig.now.lines.count <= SpoolRig.texts(pages).count + 6, "operation \(number)")
      if !disk.hasFailed {
        #expect(number > 20)
        return
      }
    }
  }
}
