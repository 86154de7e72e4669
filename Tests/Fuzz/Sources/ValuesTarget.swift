internal import Records
internal import Streaming
internal import TestSupport

@testable internal import Pipelines
@testable internal import Qualys

extension FuzzTarget {
  /// What answers say of waits, limits, times and further pages: whatever is read is within its bounds, and written
  /// out and read again it is the same.
  ///
  /// The input is an answer as one reads it: a line with the status, header fields, an empty line, the body.
  static let values = FuzzTarget(name: "values") { input in
    let answer = WrittenAnswer(input.document)
    try checkLimits(answer)
    for text in answer.values { try checkText(text) }
    try checkPaging(answer.body, input.pieces)
  }

  private static func checkLimits(_ answer: WrittenAnswer) throws {
    let limits = RateHeaders(answer.response)
    let numbers = [
      limits.limit, limits.window, limits.remaining, limits.toWait, limits.concurrencyLimit, limits.running,
    ]
    try demand(numbers.allSatisfy { $0.map { 0...10_000_000 ~= $0 } ?? true }, "beyond its bounds: \(limits)")
    AnswerClock().note(answer.response)
    let refusal = Refusal(answer.response, body: answer.body, origin: "/api", now: 1_800_000_000)
    if case .wait(let seconds) = refusal.remedy {
      try demand(1...Refusal.longestWait ~= seconds, "a wait of \(seconds) s")
    }
    try demand(!refusal.description.isEmpty, "a refusal says nothing")
  }

  private static func checkText(_ text: String) throws {
    if let time = HTTPDate.seconds(text) {
      try demand(-86_400...253_500_000_000 ~= time, "the date '\(text)' is \(time)")
    }
    if let time = ServerTime.seconds(text) {
      try demand(ServerTime.seconds(ServerTime.text(time)) == time, "the time '\(text)' is \(ServerTime.text(time))")
    }
    if case .time(let time)? = Since(written: text) {
      try demand(Since(written: time) == .time(time), "'\(text)' is \(time), which is another")
    }
    let lifetime = TokenLifetime.of(text)
    try demand(.zero...Duration.seconds(86_400) ~= lifetime, "a token of \(lifetime)")
    if let origin = try? Origin(text, setting: "server") {
      try demand((try? Origin(origin.text, setting: "server")) == origin, "'\(text)' is \(origin.text)")
    }
    if let size = ByteSize.parse(text) {
      try demand(ByteSize.parse(ByteSize.text(size)) == size, "'\(text)' is \(ByteSize.text(size))")
    }
    if let interval = Interval.parse(text) {
      try demand(Interval.parse(Interval.text(interval)) == interval, "'\(text)' is \(Interval.text(interval))")
    }
  }

  private static func checkPaging(_ body: [UInt8], _ pieces: [[UInt8]]) throws {
    try demandSame(HostList([pieces.flatMap(\.self)]), HostList(pieces), "a host list")
    let page = try Decoding(pieces: [body]).report
    let first: UInt64 = 1000
    if let next = try? NextPage.byWarning(page, from: first, path: "/api").first {
      try demand(next > first && next <= NextPage.largestID, "from \(first) on to \(next)")
    }
    let assets = try AssetDecoding(pieces: [body]).report
    if let next = try? NextPage.byLastSeen(assets, after: first, path: "/rest").first {
      try demand(next > first && next <= NextPage.largestID, "behind \(first) on to \(next)")
    }
  }
}

/// What is read of an answer of Host List.
private struct HostList: Equatable {
  var ids: [ClosedRange<UInt64>] = []
  let next: UInt64?
  let isComplete: Bool
  let isDamaged: Bool

  init(_ pieces: [[UInt8]]) {
    var scanner = HostListScanner()
    var ids: [ClosedRange<UInt64>] = []
    for piece in pieces { scanner.scan(piece) { ids.append($0) } }
    self.ids = ids
    (next, isComplete, isDamaged) = (scanner.next, scanner.isComplete, scanner.isDamaged)
  }
}

/// An answer, written as text.
private struct WrittenAnswer {
  let response: APIResponse
  let body: [UInt8]
  /// The values of the header fields.
  let values: [String]

  init(_ bytes: [UInt8]) {
    let end = bytes.firstRange(of: Array("\n\n".utf8))
    let lines = String(decoding: bytes[..<(end?.lowerBound ?? bytes.count)], as: UTF8.self).split(separator: "\n")
    body = end.map { Array(bytes[$0.upperBound...]) } ?? []
    let fields = lines.dropFirst().map { line in
      let parts = line.split(separator: ": ", maxSplits: 1)
      return (name: String(parts.first ?? ""), value: String(parts.dropFirst().first ?? ""))
    }
    values = fields.map(\.value)
    response = APIResponse(status: lines.first.flatMap { Int($0) } ?? 200, headers: fields, body: NoBytes())
  }
}
