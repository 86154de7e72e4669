import Gzip
import Testing

@testable import Qualys

@Suite struct InflatingTransportTests {
  private static let text = (0..<20_000).map { "<HOST><ID>\($0 &* 7_919)</ID></HOST>" }.joined(separator: "\n")

  private func gzip(_ texts: [[UInt8]]) throws -> [UInt8] {
    let compressor = try GzipCompressor(level: 6)
    var bytes: [UInt8] = []
    for text in texts {
      unsafe text.withUnsafeBytes { unsafe compressor.compress($0, into: &bytes) }
      compressor.finishMember(into: &bytes)
    }
    return bytes
  }

  private func read(
    _ bytes: [UInt8],
    coding: String = "gzip",
    chunk: Int = 64 * 1024,
    cut: Int? = nil,
    status: Int = 200,
    limits: InflatedBody.Limits = .init()
  ) async throws -> [UInt8] {
    let scripted = ScriptedTransport { _, _ in
      var answer = ScriptedTransport.Answer(status: status, headers: [("content-encoding", coding)], cut: cut)
      answer.body = bytes
      answer.chunk = chunk
      return answer
    }
    let response = try await InflatingTransport(scripted, limits: limits).send(.detections)
    #expect(response.status == status)
    return try await response.bytes()
  }

  private func failure(_ body: () async throws -> [UInt8]) async -> String? {
    do {
      _ = try await body()
      return nil
    } catch {
      return (error as? BrokenConnection)?.description ?? "another error: \(error)"
    }
  }

  @Test("Text comes out as it went in, however it is cut and in how many members", arguments: [1, 7, 1_000, 1 << 20])
  func inflates(chunk: Int) async throws {
    let text = Array(Self.text.utf8)
    let wire = try gzip([Array(text[..<100_000]), [], Array(text[100_000...])])
    for coding in ["gzip", "x-gzip", "GZIP"] {
      let result = try await read(wire, coding: coding, chunk: chunk)
      let isSame = result == text
      #expect(isSame)
      if chunk < 1_000 { break }
    }
  }

  @Test("What is not compressed passes", arguments: ["identity", ""])
  func identity(coding: String) async throws {
    #expect(try await read(Array("plain".utf8), coding: coding) == Array("plain".utf8))
  }

  @Test("Gzip that is cut anywhere is no whole answer")
  func truncated() async throws {
    let wire = try gzip([Array("<HOST>1</HOST>".utf8)])
    for length in 0..<wire.count {
      let failure = await failure { try await read(Array(wire[..<length])) }
      #expect(failure == "the answer cannot be inflated: the gzip data end too early", "\(length)")
    }
    let broken = await failure { try await read(wire, cut: 10) }
    #expect(broken == "the connection was reset")
  }

  @Test("Damage and what follows the last member are failures")
  func damaged() async throws {
    let wire = try gzip([Array(Self.text.utf8)])
    for bytes in [
      wire + Array("junk".utf8), wire.prefix(500) + [0, 0, 0, 0, 0] + wire.dropFirst(505), Array("text".utf8),
    ] {
      let failure = await failure { try await read(Array(bytes)) }
      #expect(failure?.hasPrefix("the answer cannot be inflated: ") == true, "\(failure ?? "none")")
    }
  }

  @Test("A bomb ends before it has grown")
  func bomb() async throws {
    let wire = try gzip([[UInt8](repeating: 0x20, count: 300 << 20)])
    var count = 0
    let scripted = ScriptedTransport { _, _ in
      var answer = ScriptedTransport.Answer(headers: [("Content-Encoding", "gzip")])
      answer.body = wire
      return answer
    }
    let response = try await InflatingTransport(scripted).send(.detections)
    let error = await #expect(throws: BrokenConnection.self) {
      for try await chunk in response.body { count += chunk.count }
    }
    #expect(error?.description.contains("grow by more than 200 times; refused as a bomb") == true)
    #expect(count <= 4 << 20, "\(count)")
  }

  @Test("A text longer than any answer is refused")
  func tooLong() async throws {
    let wire = try gzip([Array(Self.text.utf8)])
    let failure = await failure { try await read(wire, limits: .init(ratio: 200, bytes: 100_000)) }
    #expect(failure == "the answer inflates to more than 100000 bytes; refused")
  }

  @Test("A coding that was not asked for fails the body; the status is heeded even so")
  func otherCoding() async throws {
    for status in [200, 401] {
      let failure = await failure { try await read([1, 2, 3], coding: "br", status: status) }
      #expect(failure?.contains("only gzip is understood") == true)
    }
  }
}
