/// How requests leave this machine: a seam, so that tests can answer them.
package protocol HTTPSending: Sendable {
  /// Posts a request once and reads its answer, of the body what a person needs to see.
  /// - Throws: `HTTPTrouble`, or `CancellationError`.
  func post(_ request: HTTPPost) async throws -> HTTPAnswer

  /// Closes all connections; whoever posts afterwards opens them again.
  func shutDown() async
}

/// A request: the same bytes however often it is sent.
package struct HTTPPost: Sendable {
  /// Where to; a secret.
  package var url: String
  package var headers: [(name: String, value: String)]
  package var body: [UInt8]
}

/// What a server answered.
package struct HTTPAnswer: Sendable {
  package var status: Int
  package var headers: [(name: String, value: String)]
  /// The beginning of the body.
  package var text: [UInt8]

  package init(status: Int, headers: [(name: String, value: String)] = [], text: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.text = text
  }

  /// The value of a header field, whatever its case.
  package func header(_ name: String) -> String? {
    headers.last { $0.name.lowercased() == name.lowercased() }?.value
  }

  /// What became of the request.
  package enum Verdict: Sendable {
    /// The server has it.
    case accepted
    /// It will never be taken as it is; a part of it may be.
    case refused
    /// The same may be taken later.
    case later
    /// A person must change something.
    case misconfigured
  }

  /// What the status means.
  package var verdict: Verdict {
    switch status {
    case 200..<300: .accepted
    case 400, 413, 422: .refused
    case 408, 429, 500...: .later
    default: .misconfigured
    }
  }
}

/// Why there was no answer, in words that name no host.
package struct HTTPTrouble: Error, CustomStringConvertible {
  package var description: String
  /// Whether trying again is of no use until a person changes something.
  package var isConfiguration: Bool

  package init(_ description: String, isConfiguration: Bool = false) {
    self.description = description
    self.isConfiguration = isConfiguration
  }
}
