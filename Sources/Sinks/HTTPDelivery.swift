internal import Records
internal import Streaming

/// Brings the lines of one request to a server: again and again, in halves, or not at all.
struct HTTPDelivery: Sendable {
  /// What became of the lines.
  struct Outcome: Sendable {
    /// Lines that the server has, and their bytes.
    var acknowledged = 0
    var bytes = 0
    /// Lines that it refuses for ever, and why.
    var refused: [(line: Line, reason: String)] = []

    mutating func add(_ other: Outcome) {
      acknowledged += other.acknowledged
      bytes += other.bytes
      refused += other.refused
    }
  }

  let settings: HTTPSink.Settings
  /// The pipeline, the stream and its output, which are part of each key.
  let scope: String
  let sending: any HTTPSending
  let pace: Pace

  /// Sends lines until the server has each or refuses it for ever; halves what is refused until one line is left.
  /// - Throws: `HTTPSink.Failure`, or `CancellationError`.
  func deliver(_ lines: RequestLines) async throws -> Outcome {
    guard let refusal = try await send(lines) else {
      return Outcome(acknowledged: lines.lines.count, bytes: lines.byteCount)
    }
    if lines.lines.count == 1 { return Outcome(refused: [(lines.lines[0], refusal)]) }
    let (first, second) = lines.halves
    var outcome = try await deliver(first)
    outcome.add(try await deliver(second))
    return outcome
  }

  /// Sends lines until the server takes or refuses them; returns why it refuses them.
  private func send(_ lines: RequestLines) async throws -> String? {
    // Made once: every try has the same key and the same bytes.
    let post = try post(lines)
    let start = pace.elapsed()
    var failures = 0
    while true {
      let trouble: String
      var asked: Duration?
      do {
        let answer = try await sending.post(post)
        switch answer.verdict {
        case .accepted: return nil
        case .refused: return words(for: answer)
        case .misconfigured: throw failure(.configuration, "\(words(for: answer)); \(Self.help(for: answer.status))")
        case .later:
          trouble = words(for: answer)
          asked = pace.retryAfter(of: answer)
        }
      } catch let error as HTTPTrouble {
        if error.isConfiguration { throw failure(.configuration, "\(error)") }
        trouble = "\(error)"
      }
      failures += 1
      try await wait(afterFailures: failures, asked: asked, since: start, because: trouble)
    }
  }

  /// Waits, but not beyond the time that is set for trying.
  private func wait(
    afterFailures count: Int,
    asked: Duration?,
    since start: Duration,
    because trouble: String
  ) async throws {
    let left = settings.giveUpAfter - (pace.elapsed() - start)
    if left <= .zero || asked ?? .zero > left {
      let wish = asked.map { "; it asks to wait \($0.components.seconds) s" } ?? ""
      var failure = failure(
        .unavailable,
        "\(trouble)\(wish); given up after \(settings.giveUpAfter.components.seconds) s"
      )
      failure.retryAfter = asked
      throw failure
    }
    try await pace.sleep(min(pace.wait(afterFailures: count, asked: asked), left))
  }

  private func post(_ lines: RequestLines) throws -> HTTPPost {
    let (body, key) = try lines.body(level: settings.level, scope: scope)
    var headers = settings.headers
    if !headers.contains(where: { $0.name.lowercased() == "content-type" }) {
      headers.append(("Content-Type", "text/plain; charset=utf-8"))
    }
    if settings.level > 0 { headers.append(("Content-Encoding", "gzip")) }
    headers.append(("Idempotency-Key", key))
    return HTTPPost(url: settings.address.url, headers: headers, body: body)
  }

  // MARK: Words

  private func failure(_ kind: HTTPSink.Failure.Kind, _ what: String) -> HTTPSink.Failure {
    HTTPSink.Failure(kind: kind, description: "http: \(settings.address): \(what)")
  }

  /// The status and the first line of the answer, without what is secret.
  private func words(for answer: HTTPAnswer) -> String {
    let start = answer.text.prefix(1000).split(whereSeparator: { $0 == 10 || $0 == 13 }).first ?? []
    var line = String(decoding: start, as: UTF8.self)
    // Servers like to name what they were asked for.
    for secret in settings.secrets { line.replace(secret, with: "…") }
    line.unicodeScalars.removeAll { $0.value < 0x20 || $0.value == 0x7F }
    let shown = line.trimmingPrefix(" ").prefix(200)
    return "status \(answer.status)" + (shown.isEmpty ? "" : ": \(shown)")
  }

  private static func help(for status: Int) -> String {
    switch status {
    case 300..<400: "it redirects, and nothing is sent to an address that nobody wrote down; put the new one into 'url'"
    case 401, 403: "check the code in 'url' and what is in 'headers'"
    case 404, 410: "nobody takes logs there; check 'url'"
    default: "check 'url' and 'headers'"
    }
  }
}
