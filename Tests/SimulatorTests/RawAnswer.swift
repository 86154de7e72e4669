import Foundation
import Gzip
import TestSupport

/// An answer byte for byte, as it stood on the wire.
struct RawAnswer {
  /// How the connection ended: closed, reset, torn (TLS without its end) or refused.
  let ending: String
  let head: String
  let body: [UInt8]

  /// Asks for detections over a connection of its own, which is to end with the answer.
  ///
  /// - Parameter fields: Header fields, `tls` to ask over TLS, and `certificate FILE KEY` to prove an identity.
  init(port: Int, parameters: String = "", _ fields: [String] = []) async throws {
    let arguments = ["\(port)", parameters, "Connection: close"] + fields
    let output = Array(try await Python.run("raw_answer.py", arguments).output)
    let line = output.prefix { $0 != UInt8(ascii: "\n") }
    let received = output[(line.count + 1)...]
    ending = String(decoding: line, as: UTF8.self)
    let end = received.firstRange(of: Array("\r\n\r\n".utf8)) ?? received.endIndex..<received.endIndex
    head = String(decoding: received[..<end.lowerBound], as: UTF8.self)
    body = Array(received[end.upperBound...])
  }

  /// The value of a header field.
  func value(of name: String) -> String? {
    head.split(separator: "\r\n").first { $0.hasPrefix("\(name): ") }.map { String($0.dropFirst(name.count + 2)) }
  }

  /// The body without its chunks' sizes, and what is wrong with them, or what stands behind the last.
  var unchunked: (bytes: [UInt8], rest: String) {
    var bytes: [UInt8] = []
    var rest = body[...]
    while let end = rest.firstRange(of: Array("\r\n".utf8)) {
      let word = String(decoding: rest[..<end.lowerBound], as: UTF8.self)
      guard let size = Int(word, radix: 16), size > 0, end.upperBound + size + 2 <= rest.endIndex else { break }
      bytes += rest[end.upperBound..<(end.upperBound + size)]
      rest = rest[(end.upperBound + size + 2)...]
    }
    return (bytes, String(decoding: rest, as: UTF8.self))
  }
}

/// Inflates what is whole of a gzip body.
func inflate(_ bytes: [UInt8], maximumRatio: Int = 1100) throws -> [UInt8] {
  let decompressor = try GzipDecompressor(maximumRatio: maximumRatio)
  var output: [UInt8] = []
  try unsafe bytes.withUnsafeBytes { try unsafe decompressor.decompress($0) { unsafe output.append(contentsOf: $0) } }
  try decompressor.finish()
  return output
}
