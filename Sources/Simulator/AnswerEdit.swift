/// Bytes that are put into a body while it is sent.
struct AnswerEdit: Sendable {
  private enum Place {
    /// Behind the first occurrence of these bytes, which stand in one chunk.
    case mark([UInt8])
    case byte(Int)
  }

  private let place: Place
  private let bytes: [UInt8]

  init(after mark: String, insert bytes: [UInt8]) {
    place = .mark(Array(mark.utf8))
    self.bytes = bytes
  }

  init(at byte: Int, insert bytes: [UInt8]) {
    place = .byte(byte)
    self.bytes = bytes
  }

  /// Where the first text of an API's answers begins that is in no CDATA section.
  static func markOfText(in api: SimulatedAPI) -> String {
    switch api {
    case .detections: "<TRACKING_METHOD>"
    case .knowledgeBase: "<CATEGORY>"
    case .hosts: "<DATETIME>"
    case .assets: #""assetName":""#
    case .count: #""responseCode":""#
    case .signIn: ""
    }
  }

  /// Puts the bytes into a chunk, if their place is there.
  /// - Parameter sent: How many bytes stand before the chunk.
  fileprivate func change(_ chunk: inout [UInt8], after sent: Int) -> Bool {
    switch place {
    case .mark(let mark):
      guard let index = chunk.firstRange(of: mark)?.upperBound else { return false }
      chunk.insert(contentsOf: bytes, at: index)
    case .byte(let byte):
      guard byte >= sent, byte - sent < chunk.count else { return false }
      chunk.insert(contentsOf: bytes, at: byte - sent)
    }
    return true
  }
}

extension SimulatedAnswer {
  /// Puts bytes into the body, each edit once.
  mutating func apply(_ edits: [AnswerEdit]) {
    guard let body, !edits.isEmpty else { return }
    self.body = { receive in
      var left = edits
      var sent = 0
      try body { chunk in
        var changed = chunk
        left.removeAll { $0.change(&changed, after: sent) }
        sent += chunk.count
        try receive(changed)
      }
    }
  }
}
