import Foundation
import Gzip
import Health
import Qualys
import Records
import Stages
import Streaming
import Synchronization
import SystemPackage
import TestSupport
import Testing

@Suite struct CapturingTests {
  private static let headers = [
    (name: "Content-Type", value: "application/xml"), (name: "Set-Cookie", value: "QualysSession=hunter"),
    (name: "X-Powered-By", value: "Qualys:USPOD3:hunter:hunter"), (name: "X-RateLimit-ToWait-Sec", value: "7"),
    (name: "X-ConcurrencyLimit-Limit", value: "2"),
  ]

  private static func request(_ id: Int = 0) -> APIRequest {
    APIRequest(.detections, path: "/p", [APIRequest.Parameter("id_min", "\(id)")])
  }

  private static func read(_ response: APIResponse) async -> (bytes: [UInt8], failure: String?) {
    var bytes: [UInt8] = []
    do {
      for try await chunk in response.body { bytes += chunk }
    } catch {
      return (bytes, "\(error)")
    }
    return (bytes, nil)
  }

  @Test("what came is there byte for byte, for its owner only, without header fields that name anybody")
  func exchange() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a/capture")
    let writer = try CaptureWriter(path)
    writer.begin(round: 3, at: 1_772_323_200)
    let base = ScriptedTransport { call, _ in
      switch call {
      case 0: .init(SmallPage([SmallPage.Host(id: 1)]).text, headers: Self.headers)
      case 1: .init("half of it", headers: [], cut: 4)
      default: .init("", status: 204)
      }
    }
    let transport = CapturingTransport(base, .wanted) { writer }
    let first = await Self.read(try await transport.send(Self.request()))
    #expect(first.bytes == SmallPage([SmallPage.Host(id: 1)]).bytes && first.failure == nil)
    #expect(await Self.read(try await transport.send(Self.request(2))).failure == "the connection was reset")
    _ = await Self.read(try await transport.send(Self.request(3)))

    let capture = try Capture(path)
    #expect(capture.rounds.map(\.number) == [3] && capture.rounds[0].seconds == 1_772_323_200)
    #expect(capture.exchanges.map(\.response.status) == [200, 200, 204])
    #expect(capture.exchanges.map(\.failure) == [nil, "the connection was reset", nil])
    #expect(capture.exchanges.map { $0.body != nil } == [true, true, false])
    #expect(capture.exchanges.map { $0.value(of: "id_min") } == ["0", "2", "3"])
    let names = capture.exchanges[0].response.headers.map(\.name)
    #expect(names == ["Content-Type", "X-RateLimit-ToWait-Sec", "X-ConcurrencyLimit-Limit"])
    let body = try #require(capture.exchanges[0].body)
    #expect(Array(try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(body)"))) == first.bytes)
    #expect(writer.size.answers == 3 && writer.size.bytes == first.bytes.count + 4)
    for name in try FileManager.default.contentsOfDirectory(atPath: path) + ["."] {
      let attributes = try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
      #expect(attributes[.posixPermissions] as? Int == (name == "." ? 0o700 : 0o600), "\(name)")
      guard name != "." else { continue }
      let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)")), as: UTF8.self)
      #expect(!text.contains("hunter"))
    }
  }

  @Test(
    "compressed bytes stay compressed, and a replay inflates them up to where they break off",
    arguments: [nil, 60]
  )
  func compressed(cut: Int?) async throws {
    let folder = try TemporaryFolder()
    let writer = try CaptureWriter(folder.url.path)
    writer.begin(round: 1, at: 0)
    let page = SmallPage((1...40).map { (id: Int) in SmallPage.Host(id: id, detections: ["<QID>\(id)</QID>"]) })
    var wire: [UInt8] = []
    let compressor = try GzipCompressor(level: 6)
    unsafe page.bytes.withUnsafeBytes { unsafe compressor.compress($0, into: &wire) }
    compressor.finishMember(into: &wire)
    let base = ScriptedTransport { [wire] _, _ in
      var answer = ScriptedTransport.Answer(
        "",
        headers: [("Content-Encoding", "gzip")],
        cut: cut.map { wire.count - $0 }
      )
      answer.body = wire
      answer.chunk = 7
      return answer
    }
    let live = await Self.read(try await CapturingTransport(base, .wanted) { writer }.send(Self.request()))
    let capture = try Capture(folder.url.path)
    #expect(capture.exchanges[0].body == "detections-000001.xml.gz")
    #expect(try folder.bytes(of: "detections-000001.xml.gz") == live.bytes)
    let replay = ReplayTransport(capture, round: capture.rounds[0], archive: KnowledgeBaseArchive(capture))
    let response = try await replay.send(Self.request())
    #expect(response.header("Content-Encoding") == nil)
    let replayed = await Self.read(response)
    #expect(page.bytes.starts(with: replayed.bytes) && (replayed.failure == nil) == (cut == nil))
    #expect(cut == nil ? replayed.bytes.count == page.bytes.count : replayed.bytes.count > 100)
  }

  @Test("an answer that nobody reads to its end is there as far as it was read")
  func dropped() async throws {
    let folder = try TemporaryFolder()
    let writer = try CaptureWriter(folder.url.path)
    writer.begin(round: 1, at: 0)
    let base = ScriptedTransport { _, _ in
      var answer = ScriptedTransport.Answer("0123456789")
      answer.chunk = 4
      return answer
    }
    let transport = CapturingTransport(base, .wanted) { writer }
    for try await _ in try await transport.send(Self.request()).body { break }
    _ = try await transport.send(Self.request(1))
    let capture = try Capture(folder.url.path)
    #expect(capture.exchanges.map(\.failure) == ["the rest was not read", "the rest was not read"])
    #expect(capture.exchanges.map(\.body) == ["detections-000001.xml", nil])
    #expect(try folder.bytes(of: "detections-000001.xml") == Array("0123".utf8))
  }

  @Test("a full disk ends a capture that was asked for, and of a by-product only the capture", arguments: [0, 1, 2, 3])
  func fullDisk(writes: Int) async throws {
    let body = "0123456789"
    for isWanted in [true, false] {
      let folder = try TemporaryFolder()
      let left = Mutex(writes)
      let disk = CaptureDisk { descriptor, bytes in
        let isFull = left.withLock { left in
          left -= 1
          return left < 0
        }
        if isFull { throw Errno.noSpace }
        try CaptureDisk.system.write(descriptor, bytes)
      }
      let events = RecordedEvents()
      let writer = try CaptureWriter(folder.url.path, disk: disk)
      writer.begin(round: 1, at: 0)
      let base = ScriptedTransport { _, _ in
        var answer = ScriptedTransport.Answer(body)
        answer.chunk = 5
        return answer
      }
      let transport = CapturingTransport(base, isWanted ? .wanted : .byProduct(events)) { writer }
      var failures: [any Error] = []
      var read: [UInt8] = []
      for id in 0..<3 {
        do {
          for try await bytes in try await transport.send(Self.request(id)).body { read += bytes }
        } catch {
          failures.append(error)
        }
      }
      if isWanted {
        #expect(!failures.isEmpty && failures.allSatisfy { $0 is CaptureError })
        #expect("\(failures[0])".contains("free space"))
      } else {
        #expect(failures.isEmpty && read == Array((body + body + body).utf8))
        #expect(events.all.map(\.tracker) == ["CaptureStopped"])
        #expect(events.all.first?.message.contains("goes on without a capture") == true)
      }
    }
  }

  @Test("a folder with something in it is not written into")
  func occupied() throws {
    let folder = try TemporaryFolder()
    try "x".write(toFile: folder.path("x"), atomically: true, encoding: .utf8)
    #expect(throws: CaptureError.self) { try CaptureWriter(folder.url.path) }
    #expect(throws: CaptureError.self) { try CaptureWriter(folder.path("x")) }
  }

  @Test("KnowledgeBase answers that broke off or were refused come again as often as they came")
  func knowledgeBase() async throws {
    let folder = try TemporaryFolder()
    let writer = try CaptureWriter(folder.url.path)
    writer.begin(round: 1, at: 1_000_000)
    let entries = (1...9).map { "<QID>\($0)</QID><TITLE>t\($0)</TITLE>" }
    let base = ScriptedTransport { call, request in
      let from = request.value(of: "id_min").flatMap { Int($0) } ?? 0
      let asked = Set((request.value(of: "ids") ?? "").split(separator: ",").compactMap { Int($0) })
      var page = SmallKnowledgeBase()
      page.entries = (1...9).filter { $0 >= from && asked.contains($0) }.map { entries[$0 - 1] }
      return switch call {
      case 0: .init("", status: 409, headers: [("X-RateLimit-ToWait-Sec", "9")])
      case 1: .init(page.text, cut: page.text.utf8.count * 2 / 3)
      case 3: .init("", status: 503)
      default: .init(page.text)
      }
    }
    let live = try await Self.titles(CapturingTransport(base, .wanted) { writer })
    #expect(live.titles == (1...9).map { "t\($0)" })
    let capture = try Capture(folder.url.path)
    let replay = ReplayTransport(capture, round: capture.rounds[0], archive: KnowledgeBaseArchive(capture))
    let again = try await Self.titles(replay)
    #expect(again.titles == live.titles && again.pages == live.pages)
  }

  private static func titles(_ transport: any Transport) async throws -> (titles: [String], pages: Int) {
    let state = DictionaryState()
    let pager = KnowledgeBasePager(
      path: "/p",
      parameters: [],
      calls: KnowledgeBasePager.Call.batches(of: Array(1...9), each: 5, since: nil),
      ledger: QIDLedger(state),
      now: { 0 }
    )
    var result: (titles: [String], pages: Int) = ([], 0)
    for try await batch in PagedBatches(pager, .forTests(transport, state: state)).through(DecodeKnowledgeBase()) {
      result.titles += batch.records.compactMap { $0.value(at: FieldPath("TITLE")!) }
      result.pages = max(result.pages, batch.page.number)
    }
    return result
  }
}

/// Events that were recorded.
final class RecordedEvents: EventRecorder {
  private let events = Mutex<[HealthEvent]>([])
  var all: [HealthEvent] { events.withLock { $0 } }
  func record(_ event: HealthEvent) { events.withLock { $0.append(event) } }
}
