import Foundation
import Gzip
import Pipelines
import Qualys
import State
import Streaming
import Synchronization
import TestSupport
import Testing

/// A capture of a run, replayed: the same bytes, whatever Qualys did meanwhile.
@Suite struct CaptureReplayTests {
  private static let file = """
    name: p
    streams:
      detections:
        source: detections
        stages: [decode-detections, split-detections, join-knowledge-base, encode-json]
      knowledge-base:
        source: { knowledge-base: { qids-per-call: 4 } }
        stages: [decode-knowledge-base, encode-json]
      assets:
        source: assets
        stages: [decode-assets, diff-ports, encode-json]
    sinks: [stdout]
    """

  private static func plan(replay: String, output: String) throws -> Plan {
    var request = PlanRequest(text: file, file: "p.yaml", registry: .standard)
    request.replay = replay
    request.output = output
    let (plan, findings) = Plan.check(request)
    return try #require(plan, "\(findings)")
  }

  private static func files(in folder: String) throws -> [String: Data] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    return Dictionary(
      uniqueKeysWithValues: try names.map { ($0, try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)"))) }
    )
  }

  @Test("replayed, a captured run gives the same bytes, and so does the one after it, from the state it began with")
  func sameBytes() async throws {
    let folder = try TemporaryFolder()
    // Any capture that has rounds: all its answers are replaced.
    let rounds = Python.testsFolder.appending(path: "../Fixtures/demo").standardizedFileURL.path
    let state = folder.path("state")
    for day in 1...2 {
      let (capture, output) = (folder.path("capture-\(day)"), folder.path("live-\(day)"))
      let writer = try CaptureWriter(capture)
      #expect(try (writer.keepState(from: state) != nil) == (day == 2))
      let qualys = UnkindQualys(day: day)
      let number = Mutex(0)
      let live = Run(
        try Self.plan(replay: rounds, output: output),
        output: output,
        state: state,
        wrap: { _ in
          let round = number.withLock { number in
            number += 1
            return number
          }
          return InflatingQualys(
            base: CapturingTransport(qualys, .wanted) {
              writer.begin(round: round, at: 1_795_392_000 + 86_400 * round)
              return writer
            }
          )
        }
      )
      let report = try await live.run()
      #expect(report.isBalanced && !report.hasFailures)
      let unkind = qualys.faults.withLock { $0 }
      #expect(unkind >= 5, "\(unkind) faults")
      let expected = try Self.files(in: output)
      #expect(expected.count == 3 && expected.values.allSatisfy { $0.count > 40 }, "\(expected)")

      let again = folder.path("replay-\(day)")
      let replay = Run(try Self.plan(replay: capture, output: again), output: again)
      #expect(try await replay.run().isBalanced)
      #expect(try Self.files(in: again) == expected, "day \(day)")
    }
  }
}

/// A small Qualys that breaks off, refuses and sends gzip.
private final class UnkindQualys: Transport {
  private let day: Int
  private let calls = Mutex(0)
  let faults = Mutex(0)

  init(day: Int) { self.day = day }

  func wait(for duration: Duration, because reason: String) async throws {}

  func send(_ request: APIRequest) async throws -> APIResponse {
    let call = calls.withLock { calls in
      calls += 1
      return calls
    }
    var body = Array(text(request).utf8)
    var headers: [(name: String, value: String)] = []
    if call % 2 == 0 {
      var wire: [UInt8] = []
      let compressor = try GzipCompressor(level: 6)
      unsafe body.withUnsafeBytes { unsafe compressor.compress($0, into: &wire) }
      compressor.finishMember(into: &wire)
      body = wire
      headers = [("Content-Encoding", "gzip")]
    }
    let isFaulty = call % 5 != 0
    if isFaulty { faults.withLock { $0 += 1 } }
    switch call % 5 {
    case 1: return APIResponse(status: 409, headers: [("X-RateLimit-ToWait-Sec", "300")], body: NoBytes())
    case 2, 3: return APIResponse(status: 200, headers: headers, body: Cut(bytes: Array(body.dropLast(body.count / 3))))
    case 4:
      if call % 3 == 0 { throw BrokenConnection("refused") }
      return APIResponse(status: 503, headers: [], body: NoBytes())
    default: return APIResponse(status: 200, headers: headers, body: Cut(bytes: body, isWhole: true))
    }
  }

  private func text(_ request: APIRequest) -> String {
    switch request.api {
    case .assets:
      let from = request.value(of: "lastSeenAssetId").flatMap { Int($0) } ?? 0
      let ids = (1...12).map { $0 * 10 }.filter { $0 > from }
      let assets = ids.map {
        #"{"assetId":\#($0),"lastModifiedDate":"2026-11-2\#(day)T00:00:00.000Z","dnsName":"a\#($0)"}"#
      }
      return #"{"responseCode":"SUCCESS","hasMore":0,"assetListData":{"asset":[\#(assets.joined(separator: ","))]}}"#
    case .knowledgeBase:
      let from = request.value(of: "id_min").flatMap { Int($0) } ?? 0
      let asked = (request.value(of: "ids") ?? "").split(separator: ",").compactMap { Int($0) }.filter { $0 >= from }
      var page = SmallKnowledgeBase()
      page.entries = asked.map { "<QID>\($0)</QID><TITLE>title \($0) of day \(day)</TITLE>" }
      return page.text
    default:
      let from = request.value(of: "id_min").flatMap { Int($0) } ?? 0
      let since = request.value(of: "vm_processed_after")
      let all = since == nil ? Array(1...25) : [3, 7, 26 + day, 30 + day]
      let hosts = all.filter { $0 >= from }
      var page = SmallPage(
        hosts.prefix(6).map {
          SmallPage.Host(id: $0, detections: ["<QID>\($0 % 9 + 10 * day)</QID><RESULTS>r</RESULTS>"])
        }
      )
      if let next = hosts.dropFirst(6).first { page.afterHosts = SmallPage.warning(nextID: UInt64(next)) }
      return page.text
    }
  }
}

/// Bytes in small pieces, and then perhaps a broken connection.
private struct Cut: AsyncSequence, Sendable {
  let bytes: [UInt8]
  var isWhole = false

  struct Iterator: AsyncIteratorProtocol {
    var rest: ArraySlice<UInt8>
    let isWhole: Bool

    mutating func next() async throws -> [UInt8]? {
      let some = Array(rest.prefix(100))
      rest = rest.dropFirst(100)
      if some.isEmpty, !isWhole { throw BrokenConnection("reset") }
      return some.isEmpty ? nil : some
    }
  }

  func makeAsyncIterator() -> Iterator { Iterator(rest: bytes[...], isWhole: isWhole) }
}

/// Inflates what comes compressed, as the live stack does above the capture.
private struct InflatingQualys: Transport {
  let base: any Transport

  func wait(for duration: Duration, because reason: String) async throws {}

  func send(_ request: APIRequest) async throws -> APIResponse {
    var response = try await base.send(request)
    guard response.header("Content-Encoding") == "gzip" else { return response }
    response.body = Inflated(base: response.body)
    return response
  }

  private struct Inflated: AsyncSequence, Sendable {
    let base: any AsyncSequence<[UInt8], any Error> & Sendable

    struct Iterator: AsyncIteratorProtocol {
      var base: any AsyncIteratorProtocol<[UInt8], any Error>
      let decompressor: GzipDecompressor?

      mutating func next(isolation actor: isolated (any Actor)?) async throws -> [UInt8]? {
        var output: [UInt8] = []
        while output.isEmpty {
          guard let bytes = try await base.next(isolation: actor) else { return nil }
          try unsafe bytes.withUnsafeBytes { raw in
            try unsafe decompressor?.decompress(raw) { unsafe output.append(contentsOf: $0) }
          }
        }
        return output
      }

      mutating func next() async throws -> [UInt8]? { try await next(isolation: nil) }
    }

    func makeAsyncIterator() -> Iterator {
      Iterator(base: base.makeAsyncIterator(), decompressor: try? GzipDecompressor())
    }
  }
}
