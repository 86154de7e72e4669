/// How requests reach Qualys: over the network, or out of a capture.
///
/// The one seam between asking and answering. Everything behind it (paging, retries, waits) is the same code live and
/// in a replay.
package protocol Transport: Sendable {
  /// Sends a request and waits for the head of its answer; the body is read as it arrives.
  func send(_ request: APIRequest) async throws -> APIResponse

  /// Waits, or in a replay does not.
  func wait(for duration: Duration, because reason: String) async throws
}

/// A call of one of Qualys' APIs, without credentials: those belong to the transport.
package struct APIRequest: Sendable, Equatable {
  /// Which API is called.
  package var api: API
  /// The path on the API's own server, `/api/5.0/fo/asset/host/vm/detection/`.
  package var path: String
  /// Names and values, in the order in which they are sent; none of them is a secret.
  package var parameters: [Parameter]

  /// A name and its value.
  package struct Parameter: Sendable, Equatable, Codable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  package init(_ api: API, path: String, _ parameters: [Parameter]) {
    self.api = api
    self.path = path
    self.parameters = parameters
  }

  /// The value of a parameter.
  package func value(of name: String) -> String? { parameters.last { $0.name == name }?.value }
}

/// An API that is called, by the word of its source.
package enum API: String, Sendable, Codable, CaseIterable {
  /// `/api/N.0/fo/asset/host/vm/detection/`
  case detections
  /// `/api/N.0/fo/knowledge_base/vuln/`
  case knowledgeBase = "knowledge-base"
  /// `/rest/2.0/search/am/asset`
  case assets
  /// `/api/N.0/fo/asset/host/`
  case hosts

  /// Whether it is called on the gateway, with a token; the others are called on the API server, with a password.
  package var isOnGateway: Bool { self == .assets }

  /// The version that is called: the one that is given for it, else the one that Qualys supports.
  package func version(in versions: [String: String]) -> String {
    versions[rawValue] ?? (self == .knowledgeBase ? "4.0" : "5.0")
  }
}

/// The head of an answer, and its body as it arrives.
package struct APIResponse: Sendable {
  /// The HTTP status.
  package var status: Int
  /// Header fields, in order.
  package var headers: [(name: String, value: String)]
  /// The body: as it is on the wire, or behind an `InflatingTransport` inflated.
  package var body: any AsyncSequence<[UInt8], any Error> & Sendable
  /// The file that the body came from, if one did.
  package var file: String?
  /// Tells whoever lets calls begin that the body, for all its status 200, was a refusal.
  var onRefusal: @Sendable (Refusal) -> Void = { _ in }

  package init(
    status: Int,
    headers: [(name: String, value: String)],
    body: any AsyncSequence<[UInt8], any Error> & Sendable,
    file: String? = nil
  ) {
    self.status = status
    self.headers = headers
    self.body = body
    self.file = file
  }

  /// The last value of a header field, whatever its case.
  package func header(_ name: String) -> String? {
    headers.last { $0.name.lowercased() == name.lowercased() }?.value
  }
}
