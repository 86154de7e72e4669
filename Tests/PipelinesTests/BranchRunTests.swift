import Foundation
import Pipelines
import Records
import Streaming
import TestSupport
import Testing

/// What a stream with several outputs does.
@Suite(.timeLimit(.minutes(10))) struct BranchRunTests {
  private static let three = [
    "{ name: all, sinks: [watched] }", "{ name: even, stages: [even], sinks: [watched] }",
    "{ name: none, stages: [refuse, nothing], sinks: [watched] }",
  ]

  @Test("Every output gets every batch, in order, whatever the others leave out")
  func order() async throws {
    let branches = try Branches { _, output, number in
      // Now one is slower, now another.
      for _ in 0..<(output.count * number % 7) { await Task.yield() }
    }
    let report = try await branches.run(outputs: Self.three, folder: TemporaryFolder().url.path)
    #expect(report.imbalances.isEmpty)
    #expect(branches.now.texts["all"] == branches.texts)
    let even = branches.batches.flatMap { $0.records.filter { $0.mark.isMultiple(of: 2) }.map(\.text) }
    #expect(branches.now.texts["even"] == even)
    #expect(branches.now.texts["none"] == [])
    #expect(report.pages == 4 && report.deadLetters == 4)
    #expect(report.outputs.map(\.name) == ["all", "even", "none"])
    #expect(report.outputs.map { $0.sinks[0].counts.entered } == [16, even.count, 0])
    for output in ["all", "even", "none"] {
      let ends = branches.now.events.filter { if case .wrote(output, _, true) = $0 { true } else { false } }
      #expect(ends.count == 4, "the end of every page travels, also without a line")
    }
  }

  @Test("A page is committed once, in order, when all have written its end", arguments: ["all", "even", "none"])
  func commits(slow: String) async throws {
    let branches = try Branches(abandoning: 1) { _, output, _ in
      if output == slow { for _ in 0..<20 { await Task.yield() } }
    }
    let folder = try TemporaryFolder()
    let report = try await branches.run(outputs: Self.three, folder: folder.url.path) { page in
      let letters = try String(decoding: folder.bytes(of: "dead-letters.jsonl"), as: UTF8.self)
      #expect(letters.split(separator: "\n").count == page + 1, "what a page refused is durable before it is committed")
    }
    #expect(branches.committed == [0, 1, 2, 3])
    #expect(report.pages == 3 && report.failures.count == 1 && report.imbalances.isEmpty)
    let events = branches.now.events
    for page in 0..<4 {
      let commit = try #require(events.firstIndex { if case .committed(page, _) = $0 { true } else { false } })
      for output in ["all", "even", "none"] {
        let end = try #require(events.firstIndex(of: .wrote(output: output, page: page, isEnd: true)))
        #expect(end < commit)
      }
    }
    #expect(events.suffix(3) == [.finished(output: "all"), .finished(output: "even"), .finished(output: "none")])
  }

  @Test("A slow output holds up the others: few batches are under way", arguments: [["a", "b"], ["a", "b", "c"]])
  func backPressure(outputs: [String]) async throws {
    for slow in outputs {
      let branches = try Branches(pages: Array(repeating: 6, count: 12)) { branches, output, number in
        guard output == slow else { return }
        for _ in 0..<300 { await Task.yield() }
        let now = branches.now
        #expect(now.given - number <= 2, "the batch at hand, the next one, and no more")
        for taken in now.taken.values { #expect(abs(taken - number) <= 1) }
      }
      let report = try await branches.run(outputs: outputs.map { "{ name: \($0), sinks: [watched] }" })
      #expect(report.imbalances.isEmpty && branches.now.given == 36)
    }
  }

  @Test("When one fails, all give up, and its error is what is said", arguments: ["all", "even", "none"])
  func failure(failing: String) async throws {
    for failAt in 1...10 {
      let branches = try Branches { _, output, number in
        if output == failing, number == failAt { throw Branches.Planted() }
      }
      let folder = try TemporaryFolder()
      do {
        _ = try await branches.run(outputs: Self.three, folder: folder.url.path)
        #expect(failAt == 10, "there are nine batches")
        continue
      } catch is Branches.Planted {
        #expect(failAt < 10)
      }
      let events = branches.now.events
      #expect(branches.now.writing == 0)
      #expect(
        events.suffix(3) == [.discarded(output: "all"), .discarded(output: "even"), .discarded(output: "none")]
      )
      #expect(!events.contains { if case .finished = $0 { true } else { false } })
      let whole = (0..<4).filter { events.contains(.wrote(output: failing, page: $0, isEnd: true)) }
      #expect(whole.starts(with: branches.committed), "only what all have written is committed")
    }
  }

  @Test("What a commit throws ends the run, and nothing is committed after it", arguments: 0..<4)
  func failingCommit(at failing: Int) async throws {
    let branches = try Branches()
    await #expect(throws: Branches.Planted.self) {
      try await branches.run(outputs: Self.three, folder: TemporaryFolder().url.path) { page in
        if page == failing { throw Branches.Planted() }
      }
    }
    #expect(branches.committed == Array(0...failing))
    #expect(branches.now.events.contains(.discarded(output: "all")))
  }

  @Test("A stage that loses a record is found, in any output and before them")
  func loss() async throws {
    let lossy = ["{ name: a, sinks: [watched] }", "{ name: b, stages: [lose], sinks: [watched] }"]
    let inOutput = try await Branches().run(outputs: lossy)
    #expect(inOutput.imbalances.count == 1 && inOutput.imbalances[0].hasPrefix("'lose': 16 in"))
    let inTrunk = try await Branches().run(stages: "[lose]", outputs: Self.three, folder: TemporaryFolder().url.path)
    #expect(inTrunk.imbalances.count == 1 && inTrunk.imbalances[0].hasPrefix("'lose': 16 in"))
  }

  @Test("What an output does not take of what the trunk gave is found")
  func lossBetween() async throws {
    var report = try await Branches().run(stages: "[even]", outputs: Self.three, folder: TemporaryFolder().url.path)
    #expect(report.imbalances.isEmpty)
    report.outputs[1].stages[0].counts.entered -= 1
    report.outputs[1].stages[0].counts.dropped["odd"] = nil
    report.outputs[0].sinks[0].counts.entered += 1
    #expect(report.imbalances.contains { $0.hasPrefix("'even' gave") && $0.contains("'even' took") })
    #expect(report.imbalances.contains { $0.hasPrefix("'even' gave") && $0.contains("'watched' took") })
  }

  @Test("A limit holds for each output; who has nothing goes on to the end", arguments: 1...17)
  func limit(_ limit: Int) async throws {
    let branches = try Branches()
    let folder = try TemporaryFolder()
    let report = try await branches.run(outputs: Self.three, limit: limit, folder: folder.url.path)
    #expect(report.imbalances.isEmpty)
    #expect(branches.now.texts["all"] == Array(branches.texts.prefix(limit)))
    #expect(report.outputs.map(\.endedEarly) == [limit <= 16, limit <= 9, false])
    #expect(report.pages == 4 && report.deadLetters == 4)
    // Pages that did not reach everyone only count.
    #expect(branches.committed == (0..<4).filter { [5, 9, 10, 16][$0] <= limit })
  }

  @Test("When all have what they were asked for, the source is left")
  func limitOfAnEndlessSource() async throws {
    let branches = try Branches(isEndless: true)
    let outputs = ["{ sinks: [watched] }", "{ stages: [even], sinks: [watched] }"]
    let report = try await branches.run(outputs: outputs, limit: 100)
    #expect(report.outputs.map { $0.sinks[0].counts.entered } == [100, 100])
    #expect(report.imbalances.isEmpty)
  }

  @Test("A run that is cancelled ends, leaves nothing behind and says so", arguments: 1...9)
  func cancellation(at number: Int) async throws {
    let branches = try Branches { _, output, batch in
      guard output == "even", batch == number else { return }
      try await Task.sleep(for: .seconds(3600))
    }
    let folder = try TemporaryFolder().url.path
    let run = Task { try await branches.run(outputs: Self.three, folder: folder) }
    while branches.now.taken["even"] != number { try? await Task.sleep(for: .milliseconds(1)) }
    run.cancel()
    let result = await run.result
    #expect(throws: CancellationError.self) { try result.get() }
    let after = branches.now
    #expect(after.writing == 0)
    #expect(after.events.contains(.discarded(output: "all")) && after.events.contains(.discarded(output: "none")))
    for _ in 0..<100 { await Task.yield() }
    #expect(branches.now.given == after.given, "nobody reads on")
  }

  @Test("One output is as direct as sinks: no batch waits between")
  func oneOutput() async throws {
    let branches = try Branches { branches, _, number in
      for _ in 0..<50 { await Task.yield() }
      // Two sinks.
      #expect(branches.now.given == (number + 1) / 2)
    }
    let report = try await branches.run(outputs: ["{ stages: [even], sinks: [watched, watched] }"])
    #expect(report.imbalances.isEmpty && report.stages.map(\.name) == ["even"])
    #expect(branches.committed == [0, 1, 2, 3])
  }
}
