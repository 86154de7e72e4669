import Blocks
import Records
import Sinks
import Streaming
import Synchronization
import TestSupport
import Testing

/// Lines to an HTTP source: which requests, and when a page is acknowledged.
@Suite("http")
struct HTTPSinkTests {
  /// What a sink refused for ever.
  private let letters = Letters()

  private func sink(
    _ server: ScriptedServer,
    bytes: Int = 1_000_000,
    records: Int = 10_000,
    level: Int = 6,
    connections: Int = 1,
    scope: String = "p/s",
    time: VirtualTime = VirtualTime()
  ) throws -> HTTPSink {
    var settings = try HTTPSink.Settings(url: "https://sumo.example:8443/receiver/v1/http/ZaVnC4dhaV3==")
    settings.batchBytes = bytes
    settings.records = records
    settings.level = level
    settings.connections = connections
    return letters.sink(settings, scope: scope, sending: server, pace: time.pace)
  }

  private func texts(_ lines: some Sequence<Line>) -> [String] { lines.map(\.text) }

  // MARK: Cutting

  @Test(
    "The same page gives the same requests, however its batches came",
    arguments: [(2000, 10_000), (1, 10_000), (5000, 3), (1_000_000, 1), (1_000_000, 10_000)]
  )
  func cutting(bytes: Int, records: Int) async throws {
    let pages = try [TestLines.page([3, 20, 1, 1, 9]), TestLines.page([2, 5], number: 1)]
    var seen: [[String?]] = []
    for size in [1, 2, 7, 1000] {
      let server = ScriptedServer()
      let sink = try sink(server, bytes: bytes, records: records)
      for batch in pages.flatMap({ $0.batches(of: size) }) { try await sink.write(batch) }
      try await sink.finish()
      #expect(server.taken == texts(pages.flatMap(\.records)))
      for request in server.requests {
        #expect(request.body.count <= bytes || request.lines.count == 1)
        #expect(request.lines.count <= records)
        #expect(request.body.last == UInt8(ascii: "\n"))
        let hosts = Set(try request.lines.map { try StrictJSON($0)["IP"]?.string?.prefix(7) })
        #expect(hosts.count == 1, "a request spans two pages")
      }
      #expect(server.most == 1, "requests overtake each other")
      seen.append(server.requests.map(\.key))
      #expect(Set(server.requests.map(\.key)).count == server.requests.count)
      let counts = sink.counts
      #expect(counts.missing == 0 && counts.acknowledged == counts.entered && counts.entered == 41)
      #expect(try counts.bytes == TestLines.text(pages.flatMap(\.records)).count)
      #expect(counts.destinations == ["https://sumo.example:8443/…"])
      #expect(server.shutDowns == 1)
    }
    #expect(Set(seen).count == 1)
  }

  @Test("The key is the SHA-256 of the scope, a newline and the lines")
  func key() async throws {
    let server = ScriptedServer()
    let file = try SpilledBytes()
    try unsafe Array("a\n".utf8).withUnsafeBytes { try unsafe file.append($0) }
    let line = Line(0..<1, of: file, fields: nil, format: nil, mark: 0)
    for (level, scope) in [(6, "p/s"), (0, "p/s"), (6, "p/t")] {
      let sink = try sink(server, level: level, scope: scope)
      for batch in RecordedPage([line], marks: 1).batches(of: 1) { try await sink.write(batch) }
    }
    let keys = server.requests.map(\.key)
    #expect(keys[0] == "8e7860ef445a68db559bcf0c8cb6c3700dfb498a95a13b45c0003a7009c12c3d")
    #expect(keys[1] == keys[0], "compression is no matter of the key")
    #expect(keys[2] != keys[0])
    #expect(server.requests.map(\.body) == Array(repeating: Array("a\n".utf8), count: 3))
    let names = server.requests.map { $0.headers.map(\.name) }
    #expect(names[0] == ["Content-Type", "Content-Encoding", "Idempotency-Key"])
    #expect(names[1] == ["Content-Type", "Idempotency-Key"])
  }

  @Test("A line that is longer than a request may be goes alone, from its file")
  func longLine() async throws {
    let page = try TestLines.page([1, 1, 1])
    let text = Array(#"{"Long":"\#(String(repeating: "x", count: 3_000_000))"}"#.utf8)
    let file = try SpilledBytes()
    try unsafe (text + [10]).withUnsafeBytes { try unsafe file.append($0) }
    let long = Line(0..<text.count, of: file, fields: nil, format: nil, mark: 1)
    let records = [page.records[0], long, page.records[2]]
    let server = ScriptedServer()
    let sink = try sink(server)
    for batch in RecordedPage(records, marks: 3).batches(of: 3) { try await sink.write(batch) }
    #expect(server.requests.map(\.lines.count) == [1, 1, 1])
    #expect(server.taken == texts(records))
  }

  // MARK: Pages

  @Test("A request waits until its last host is complete, if that host is not larger than four requests")
  func holdsBack() async throws {
    let page = try TestLines.page([1, 3, 2])
    let server = ScriptedServer()
    let held = try sink(server, records: 2)
    for batch in page.batches(of: 1).prefix(3) { try await held.write(batch) }
    await held.discard()
    #expect(server.requests.isEmpty, "sent before its host was complete")

    let large = try TestLines.page([1, 60])
    let other = ScriptedServer()
    let cut = try self.sink(other, bytes: 2000)
    for batch in large.batches(of: 10).dropLast() { try await cut.write(batch) }
    #expect(other.requests.count > 3, "a host of any size flows")
    await cut.discard()
  }

  @Test("A page that breaks off: what stands is delivered, nothing is unaccounted for", arguments: 0...9)
  func brokenOff(after count: Int) async throws {
    let page = try TestLines.page([2, 1, 4, 2])
    for (records, size) in [(1, 1), (2, 1), (2, 3), (3, 2), (100, 9)] {
      let server = ScriptedServer()
      let sink = try sink(server, records: records)
      for batch in page.brokenOff(after: count, batchesOf: size) { try await sink.write(batch) }
      let marks = page.marks(before: count)
      let standing = page.records.filter { $0.mark < marks }
      #expect(server.taken == texts(standing), "hosts of a few lines are held back whole")
      #expect(sink.counts.entered == count && sink.counts.missing == 0)
      #expect(sink.counts.abandoned == count - standing.count)
    }
  }

  @Test("A large host that breaks off was sent in part: counted as delivered, and the rest as abandoned")
  func largeHostBrokenOff() async throws {
    let page = try TestLines.page([1, 60])
    let server = ScriptedServer()
    let sink = try sink(server, bytes: 2000)
    for batch in page.brokenOff(after: 50, batchesOf: 5) { try await sink.write(batch) }
    #expect(sink.counts.missing == 0 && sink.counts.abandoned > 0)
    #expect(sink.counts.acknowledged == server.taken.count && server.taken.count > 1)
    #expect(texts(page.records).starts(with: server.taken))
  }

  @Test("A limit ends within a page: what came is sent")
  func limit() async throws {
    let page = try TestLines.page([5, 5])
    let server = ScriptedServer()
    let sink = try sink(server, records: 4)
    for batch in page.batches(of: 3).prefix(2) { try await sink.write(batch) }
    try await sink.finish()
    #expect(server.taken == texts(page.records.prefix(6)) && sink.counts.missing == 0)
  }

  @Test("An empty page sends nothing")
  func empty() async throws {
    let server = ScriptedServer()
    let sink = try sink(server)
    for ending in [Position.Ending.complete, .abandoned] {
      try await sink.write(Batch([], of: Page(number: 0, origin: "test"), at: Position(marks: 0, ending: ending)))
    }
    try await sink.finish()
    #expect(server.requests.isEmpty)
  }

  // MARK: Trouble

  @Test("A page is acknowledged only when the server has all of it, whichever request failed", arguments: [1, 3])
  func failsAtN(connections: Int) async throws {
    let page = try TestLines.page([3, 8, 2, 5])
    var number = 0
    while true {
      number += 1
      let failing = number
      let server = ScriptedServer { number, _ in
        if number == failing { throw HTTPTrouble("planted") }
        return HTTPAnswer(status: number == failing + 1 ? 503 : 202)
      }
      let sink = try sink(server, records: 3, connections: connections)
      for batch in page.batches(of: 4) { try await sink.write(batch) }
      #expect(server.taken.sorted() == texts(page.records).sorted())
      #expect(connections > 1 || server.taken == texts(page.records))
      #expect(sink.counts.acknowledged == 18 && sink.counts.missing == 0)
      #expect(server.most <= connections)
      let tries = Dictionary(grouping: server.requests, by: \.key)
      #expect(tries.count == 6, "a retry has the same key")
      for (_, requests) in tries { #expect(Set(requests.map(\.body)).count == 1, "a retry has the same bytes") }
      if server.requests.count == 6 { break }
    }
    #expect(number == 7)
  }

  @Test("Several requests at once, and no more", .timeLimit(.minutes(10)))
  func connections() async throws {
    let page = try TestLines.page([1, 1, 1, 1, 1, 1, 1, 1, 1])
    let server = ScriptedServer { _, _ in
      try await Task.sleep(for: .milliseconds(5))
      return HTTPAnswer(status: 200)
    }
    let sink = try sink(server, records: 1, connections: 3)
    for batch in page.batches(of: 9) { try await sink.write(batch) }
    #expect(server.most == 3)
    #expect(server.taken.sorted() == texts(page.records).sorted())
  }

  @Test(
    "An error of the configuration ends it: nothing is acknowledged, and the next run starts with the same requests"
  )
  func stops() async throws {
    let page = try TestLines.page([3, 8, 2, 5])
    let whole = ScriptedServer()
    let reference = try sink(whole, records: 3)
    for batch in page.batches(of: 4) { try await reference.write(batch) }
    for failing in 1...6 {
      let server = ScriptedServer { number, _ in HTTPAnswer(status: number == failing ? 401 : 200) }
      let sink = try sink(server, records: 3)
      await #expect(throws: HTTPSink.Failure.self) {
        for batch in page.batches(of: 4) { try await sink.write(batch) }
      }
      await sink.discard()
      #expect(server.requests.map(\.key) == whole.requests.prefix(failing).map(\.key))
      #expect(server.shutDowns == 1 && letters.reasons.isEmpty)
    }
  }

  @Test("Cancelling ends a wait at once", .timeLimit(.minutes(10)))
  func cancelled() async throws {
    let page = try TestLines.page([2])
    let server = ScriptedServer { _, _ in HTTPAnswer(status: 503) }
    var pace = Pace.system
    let (asleep, continuation) = AsyncStream.makeStream(of: Void.self)
    pace.sleep = { _ in
      continuation.finish()
      try await Task.sleep(for: .seconds(3600))
    }
    let settings = try HTTPSink.Settings(url: "https://sumo.example/x")
    let endless = pace
    let task = Task { [letters] in
      let sink = letters.sink(settings, scope: "p/s", sending: server, pace: endless)
      do {
        for batch in page.batches(of: 2) { try await sink.write(batch) }
        return false
      } catch {
        await sink.discard()
        return error is CancellationError
      }
    }
    for await _ in asleep {}
    task.cancel()
    #expect(await task.value)
  }
}

/// Takes what sinks refuse for ever.
final class Letters: Sendable {
  private let all = Mutex<[(text: String, reason: String, page: Int)]>([])

  var texts: [String] { all.withLock { $0.map(\.text) } }
  var reasons: [String] { all.withLock { $0.map(\.reason) } }
  var pages: [Int] { all.withLock { $0.map(\.page) } }

  func sink(_ settings: HTTPSink.Settings, scope: String, sending: any HTTPSending, pace: Pace) -> HTTPSink {
    HTTPSink(settings, scope: scope, sending: sending, pace: pace) { line, reason, page in
      self.all.withLock { $0.append((line.text, reason, page.number)) }
    }
  }
}
