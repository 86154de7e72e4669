import NIOHTTP1
import Simulator
import TestSupport
import Testing

/// What goes wrong between the server and its client, as it stands on the wire.
@Suite struct WireFaultTests {
  /// The first answer, which is faulty, and the body of a right one.
  private func answer(
    _ fault: String,
    _ fields: [String] = [],
    change: (inout SimulatedServer.Options) throws -> Void = { _ in }
  ) async throws -> (RawAnswer, body: [UInt8], calls: [SimulatedCall]) {
    var result: (RawAnswer, [UInt8], [SimulatedCall])?
    try await withServer {
      $0.faults = try FaultScript("detections 1: \(fault)")
      try change(&$0)
    } _: { server, client in
      let faulty = try await RawAnswer(port: client.port, fields)
      let right = try await RawAnswer(port: client.port, fields).unchunked
      #expect(right.rest == "0\r\n\r\n")
      result = (faulty, right.bytes, server.calls)
    }
    return try #require(result)
  }

  @Test("A Content-Length is too long or too short, and the body is what it is", arguments: [10, -10, 0])
  func length(difference: Int) async throws {
    let (faulty, body, calls) = try await answer("length \(difference)")
    #expect(faulty.value(of: "Content-Length") == "\(body.count + difference)")
    #expect(faulty.value(of: "Transfer-Encoding") == nil)
    #expect(faulty.body == body && faulty.ending == "closed")
    #expect(calls[0].outcome == (difference > 0 ? .broken : .sent))
  }

  @Test("A body has neither length nor chunks, and ends with the connection", arguments: [nil, 0, 1, 70_000])
  func noLength(place: Int?) async throws {
    let (faulty, body, _) = try await answer("no-length\(place.map { " \($0)" } ?? "")")
    #expect(faulty.value(of: "Content-Length") == nil && faulty.value(of: "Transfer-Encoding") == nil)
    #expect(faulty.value(of: "Connection") == "close" && faulty.ending == "closed")
    let isRight = faulty.body == Array(body.prefix(place ?? .max))
    #expect(isRight)
  }

  @Test("The last chunk is missing")
  func noLastChunk() async throws {
    let (faulty, body, calls) = try await answer("no-last-chunk")
    let isWhole = faulty.unchunked.bytes == body
    #expect(isWhole && faulty.unchunked.rest.isEmpty && faulty.ending == "closed")
    #expect(calls[0].outcome == .broken && calls[0].status == 200)
  }

  @Test("A chunk's size is no number", arguments: [0, 1, 70_000])
  func badChunk(place: Int) async throws {
    let (faulty, body, _) = try await answer("bad-chunk \(place)")
    let isRight = faulty.unchunked.bytes == Array(body.prefix(place))
    #expect(isRight && faulty.unchunked.rest == "zz\r\n" && faulty.ending == "closed")
  }

  @Test("For a time nobody listens, and then again")
  func refuse() async throws {
    try await withServer {
      $0.faults = try FaultScript("detections 1: refuse 300ms")
    } _: { server, client in
      let start = ContinuousClock.now
      #expect(await client.detections().failure != nil)
      // This client tries to connect until it can.
      #expect(await client.detections().status == 200)
      #expect(start.duration(to: .now) > .milliseconds(300))
      #expect(server.calls.map(\.outcome) == [.broken, .sent])
    }
  }

  @Test("A server that stops while it takes no connections never listens again")
  func stopWhileRefusing() async throws {
    try await withServer {
      $0.faults = try FaultScript("detections 1: refuse 200ms")
    } _: { server, client in
      #expect(await client.detections().failure != nil)
      await server.stop()
      // Whether it listens again shows only when it should not have.
      try await Task.sleep(for: .milliseconds(400))
      #expect(try await RawAnswer(port: client.port).ending == "refused")
    }
  }

  @Test("Over TLS, an answer ends with its close_notify, or is cut without")
  func tls() async throws {
    let folder = try TemporaryFolder()
    let change = { (options: inout SimulatedServer.Options) in
      options.tls = try TestCertificate.valid.files(in: folder)
    }
    let (cut, body, _) = try await answer("tls-cut 1000", ["tls"], change: change)
    #expect(cut.ending == "torn")
    #expect(cut.unchunked.bytes == Array(body.prefix(1_000)))
    let (closed, _, _) = try await answer("cut 1000", ["tls"], change: change)
    #expect(closed.ending == "closed" && closed.unchunked.bytes.count == 1_000)
    let (dropped, _, _) = try await answer("reset 1000", ["tls"], change: change)
    // Which of them Python says depends on its version.
    #expect(["reset", "torn"].contains(dropped.ending))
  }

  @Test("Clients must prove who they are, if that is wanted")
  func clientCertificate() async throws {
    let folder = try TemporaryFolder()
    try await withServer {
      var files = try TestCertificate.valid.files(in: folder)
      files.clientAuthority = files.certificateChain
      $0.tls = files
    } _: { server, client in
      let nobody = try await RawAnswer(port: client.port, ["tls"])
      #expect(["torn", "reset"].contains(nobody.ending) && nobody.head.isEmpty && server.calls.isEmpty)
      let identity = "certificate \(folder.path("valid.pem")) \(folder.path("key.pem"))"
      let somebody = try await RawAnswer(port: client.port, ["tls", identity])
      #expect(somebody.head.hasPrefix("HTTP/1.1 200 OK\r\n") && somebody.ending == "closed")
    }
  }

  @Test("A gzip body ends early as if that were all, or has something behind it")
  func gzip() async throws {
    let (cut, body, _) = try await answer("gzip-cut 1000")
    #expect(cut.value(of: "Content-Encoding") == "gzip")
    #expect(cut.unchunked.bytes.count == 1_000 && cut.unchunked.rest == "0\r\n\r\n")
    #expect(throws: (any Error).self) { try inflate(cut.unchunked.bytes) }
    let (junk, _, _) = try await answer("gzip-junk")
    let packed = junk.unchunked.bytes
    #expect(throws: (any Error).self) { try inflate(packed) }
    #expect(packed.suffix(15) == Array("this is no gzip".utf8))
    let isWhole = try inflate(Array(packed.dropLast(15))) == body
    #expect(isWhole)
  }

  @Test("A gzip body is a bomb of 1:1000")
  func gzipBomb() async throws {
    let (bomb, body, _) = try await answer("gzip-bomb 16")
    let packed = bomb.unchunked.bytes
    let inflated = try inflate(packed, maximumRatio: 2_000)
    #expect(inflated.count == body.count + 16 << 20)
    #expect(packed.count < body.count + 20_000)
  }
}
