extension SimulatedAnswer {
  /// Puts bytes that are no UTF-8, and characters that XML forbids, into the first long text.
  mutating func spoil(_ api: SimulatedAPI) {
    guard let body else { return }
    let mark = Array(Self.mark(of: api).utf8)
    self.body = { receive in
      var isDone = false
      try body { chunk in
        // The first text stands in the first chunk, whole.
        guard !isDone, let place = chunk.firstRange(of: mark)?.upperBound else { return try receive(chunk) }
        isDone = true
        try receive(chunk[..<place] + Self.damage + chunk[place...])
      }
    }
  }

  private static func mark(of api: SimulatedAPI) -> String {
    switch api {
    case .detections: "<RESULTS><![CDATA["
    case .knowledgeBase: "<DIAGNOSIS><![CDATA["
    case .hosts: "<ID>"
    case .assets: #""assetName":""#
    case .count, .signIn: ""
    }
  }

  /// A lone lead byte, a byte that never occurs, half a character, an encoded surrogate, and two control characters.
  private static let damage: [UInt8] = [0xC3, 0x28, 0xFF, 0xE2, 0x82, 0x20, 0xED, 0xA0, 0x80, 0x01, 0x0B]
}
