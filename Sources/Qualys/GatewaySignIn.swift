internal import Streaming

/// Asks the gateway for a token.
struct GatewaySignIn: Sendable {
  /// The gateway gave something else than a token, and it may be asked again.
  struct Refused: Error {
    let answer: APIResponse
  }

  let gateway: OriginClient
  let credentials: Credentials
  let limits: TransferLimits
  let pace: Pace

  /// More than any token, and enough of an answer to see what it says.
  private static let mostBytes = 64 * 1024

  /// Signs in once.
  /// - Throws: `Refusal` when a person must see to it, `Refused`, `BrokenConnection`, `Misconfiguration`.
  func token() async throws -> Secret {
    let form = [
      (name: "username", value: credentials.username.reveal()), ("password", credentials.password.reveal()),
      ("token", "true"), ("permissions", "true"),
    ]
    var answer = try await gateway.post(
      "/auth",
      headers: [("Accept-Encoding", "identity")],
      body: FormEncoding.text(form),
      limits: limits
    )
    let bytes = try await beginning(of: answer)
    guard answer.status == 200 || answer.status == 201 else {
      let refusal = Refusal(answer, body: bytes, origin: "/auth", now: pace.date())
      if refusal.remedy == .person { throw refusal }
      answer.body = GivenBytes(bytes: bytes)
      throw Refused(answer: answer)
    }
    // Nothing of the body is told, since it may be a token all the same.
    let token = bytes.drop(while: Self.isSpace).reversed().drop(while: Self.isSpace).reversed()
    guard !token.isEmpty, bytes.count <= Self.mostBytes,
      token.allSatisfy({ 0x21...0x7E ~= $0 && $0 != UInt8(ascii: "<") })
    else { throw BrokenConnection("/auth: the gateway's answer holds no token") }
    return Secret(String(decoding: token, as: UTF8.self))
  }

  private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x0A, 0x0D, 0x09].contains(byte) }

  private func beginning(of answer: APIResponse) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    for try await chunk in answer.body {
      bytes += chunk
      if bytes.count > Self.mostBytes { break }
    }
    return bytes
  }
}

/// A body that is there already.
struct GivenBytes: AsyncSequence, Sendable {
  let bytes: [UInt8]

  struct Iterator: AsyncIteratorProtocol {
    var bytes: [UInt8]?

    mutating func next() async throws -> [UInt8]? {
      defer { bytes = nil }
      return bytes
    }
  }

  func makeAsyncIterator() -> Iterator { Iterator(bytes: bytes) }
}
