import Qualys
import Streaming

/// A live transport for a test, shut down behind it.
func withLive<Result>(
  server: String,
  gateway: String? = nil,
  user: String = "simulator",
  password: String = "simulator",
  tls: TLSFiles = TLSFiles(),
  environment: [String: String] = [:],
  limits: TransferLimits = TransferLimits(),
  pace: Pace = .system,
  _ body: (LiveTransport) async throws -> Result
) async throws -> Result {
  let transport = try LiveTransport(
    Platform(server: server, gateway: gateway),
    credentials: Credentials(username: Secret(user), password: Secret(password)),
    tls: tls,
    environment: environment,
    limits: limits,
    pace: pace
  )
  do {
    let result = try await body(transport)
    await transport.shutDown()
    return result
  } catch {
    await transport.shutDown()
    throw error
  }
}

extension APIRequest {
  /// A page of detections.
  static let detections = APIRequest(
    .detections,
    path: "/api/5.0/fo/asset/host/vm/detection/",
    [Parameter("action", "list"), Parameter("truncation_limit", "3")]
  )
  /// A page of assets.
  static let assets = APIRequest(.assets, path: "/rest/2.0/search/am/asset", [Parameter("pageSize", "3")])
}

extension APIResponse {
  /// All of the body.
  func bytes() async throws -> [UInt8] {
    var bytes: [UInt8] = []
    for try await chunk in body { bytes += chunk }
    return bytes
  }
}

extension LiveTransport {
  /// Asks, and reads all of the answer.
  func answer(_ request: APIRequest = .detections) async throws -> (status: Int, text: String) {
    let response = try await send(request)
    return (response.status, String(decoding: try await response.bytes(), as: UTF8.self))
  }
}
