internal import Gzip

extension SimulatedAnswer {
  /// Sends the body as gzip, with what a fault does to it.
  mutating func compress(_ fault: Fault?) {
    guard let body else { return }
    head.headers.append(NamedValue("Content-Encoding", "gzip"))
    switch fault {
    case .gzipBomb(let size): self.body = Self.bomb(body, mebibytes: size)
    case .gzipJunk:
      let packed = Self.gzip(body)
      self.body = { receive in
        try packed(receive)
        try receive(Array("this is no gzip".utf8))
      }
    default: self.body = Self.gzip(body)
    }
  }

  private static func gzip(_ body: @escaping Body, level: Int = 1) -> Body {
    { (receive: ([UInt8]) throws -> Void) in
      let compressor = try GzipCompressor(level: level)
      var output: [UInt8] = []
      try body { (chunk: [UInt8]) throws -> Void in
        compress(chunk, with: compressor, into: &output)
        if output.count < 16 * 1024 { return }
        try receive(output)
        output = []
      }
      compressor.finishMember(into: &output)
      try receive(output)
    }
  }

  /// The body with blanks behind its first chunk, at the level that makes the least of them.
  private static func bomb(_ body: @escaping Body, mebibytes: Int) -> Body {
    let bloated: Body = { (receive: ([UInt8]) throws -> Void) in
      let blanks = [UInt8](repeating: UInt8(ascii: " "), count: 1 << 20)
      var isFirst = true
      try body { (chunk: [UInt8]) throws -> Void in
        try receive(chunk)
        guard isFirst else { return }
        isFirst = false
        for _ in 0..<mebibytes { try receive(blanks) }
      }
    }
    return gzip(bloated, level: 9)
  }

  private static func compress(_ chunk: [UInt8], with compressor: GzipCompressor, into output: inout [UInt8]) {
    unsafe chunk.withUnsafeBytes { unsafe compressor.compress($0, into: &output) }
  }
}
