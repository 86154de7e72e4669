/// Which header fields of an answer a capture keeps: those that a replay or a person needs, and nothing that could be a
/// secret or name somebody (`Set-Cookie`, or `X-Powered-By`, which holds the user's id).
enum CaptureHeaders {
  private static let names: Set<String> = [
    "connection", "content-encoding", "content-length", "content-type", "date", "keep-alive", "retry-after",
    "transfer-encoding",
  ]
  private static let beginnings = ["x-ratelimit-", "x-concurrency"]

  static func kept(_ headers: [(name: String, value: String)]) -> [Capture.Exchange.Header] {
    headers.filter { header in
      let name = header.name.lowercased()
      return names.contains(name) || beginnings.contains { name.hasPrefix($0) }
    }
    .map { Capture.Exchange.Header(name: $0.name, value: $0.value) }
  }
}
