package import Records
internal import Stages
internal import Streaming

/// Pages of lines, for what comes after the encoder.
package enum TestLines {
  /// A page whose hosts have so many detections each, with RESULTS of so many bytes that do not compress to nothing.
  package static func page(_ detections: [Int], resultsBytes: Int = 300, number: Int = 0) throws -> RecordedPage<Line> {
    var state = UInt64(number + 1)
    func noise(_ count: Int) -> String {
      var text = ""
      while text.utf8.count < count {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        text += String(state >> 16, radix: 36)
      }
      return String(text.prefix(count))
    }
    let hosts = detections.enumerated().map { host, count in
      SmallPage.Host(
        id: number * 1000 + host + 1,
        "<IP>10.0.\(number).\(host)</IP>",
        detections: (0..<count).map { "<QID>\($0)</QID><RESULTS>\(noise(resultsBytes))</RESULTS>" }
      )
    }
    let decoding = try Decoding(SmallPage(hosts))
    return RecordedPage(try decoding.lines(), marks: hosts.count, number: number)
  }

  /// Lines as they are in a file.
  package static func text(_ lines: some Sequence<Line>) throws -> [UInt8] {
    var text: [UInt8] = []
    for line in lines { try unsafe line.forEachChunk { unsafe text.append(contentsOf: $0) } }
    return text
  }
}
