import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Simulator

/// A client that follows nothing, inflates nothing and tries nothing twice.
struct ServerClient {
  let port: Int
  let client: HTTPClient

  /// An answer, or as much of it as came.
  struct Answer {
    var status = 0
    var headers = HTTPHeaders()
    var body: [UInt8] = []
    /// Why it broke off.
    var failure: (any Error)?

    var text: String { String(decoding: body, as: UTF8.self) }
    var list: SimulatorTests.Answer { SimulatorTests.Answer(bytes: body) }

    /// Qualys' code in a SIMPLE_RETURN.
    var code: Int? { list.contents(of: "CODE").first.flatMap { Int($0) } }

    /// The body as an object, if it is one.
    var json: NSDictionary? { (try? JSONSerialization.jsonObject(with: Data(body))) as? NSDictionary }
  }

  /// How a call proves who it is.
  enum Proof {
    case none
    case basic(String, String)
    case bearer(String)
  }

  func call(
    _ path: String,
    _ parameters: [(String, String)] = [],
    method: HTTPMethod = .GET,
    proof: Proof = .basic("simulator", "simulator"),
    headers: [(String, String)] = [("X-Requested-With", "tests")],
    reading limit: Int = .max,
    beforeLeaving: () async -> Void = {}
  ) async -> Answer {
    let form = parameters.map { "\($0.0)=\(Self.escape($0.1))" }.joined(separator: "&")
    let isForm = method == .POST && !path.hasPrefix("/rest")
    var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)\(isForm || form.isEmpty ? "" : "?\(form)")")
    request.method = method
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    switch proof {
    case .none: break
    case .basic(let user, let password):
      let encoded = Data("\(user):\(password)".utf8).base64EncodedString()
      request.headers.add(name: "Authorization", value: "Basic \(encoded)")
    case .bearer(let token): request.headers.add(name: "Authorization", value: "Bearer \(token)")
    }
    if isForm {
      request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
      request.body = .bytes(ByteBuffer(string: form))
    }
    var answer = Answer()
    do {
      let response = try await client.execute(request, timeout: .seconds(900))
      answer.status = Int(response.status.code)
      answer.headers = response.headers
      for try await chunk in response.body {
        answer.body += chunk.readableBytesView
        if answer.body.count < limit { continue }
        await beforeLeaving()
        break
      }
    } catch {
      answer.failure = error
    }
    return answer
  }

  func detections(
    _ parameters: [(String, String)] = [],
    method: HTTPMethod = .GET,
    reading limit: Int = .max,
    beforeLeaving: () async -> Void = {}
  ) async -> Answer {
    let path = "/api/5.0/fo/asset/host/vm/detection/"
    return await call(
      path,
      [("action", "list")] + parameters,
      method: method,
      reading: limit,
      beforeLeaving: beforeLeaving
    )
  }

  func knowledgeBase(_ parameters: [(String, String)] = []) async -> Answer {
    await call("/api/4.0/fo/knowledge_base/vuln/", [("action", "list")] + parameters, method: .POST)
  }

  func signIn(_ password: String = "simulator") async -> Answer {
    let form = [("username", "simulator"), ("password", password), ("token", "true")]
    return await call("/auth", form, method: .POST, proof: .none)
  }

  func assets(_ parameters: [(String, String)] = [], token: String) async -> Answer {
    await call("/rest/2.0/search/am/asset", parameters, method: .POST, proof: .bearer(token))
  }

  private static func escape(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
  }
}

/// Serves, has the body ask, and stops.
func withServer(
  _ change: (inout SimulatedServer.Options) throws -> Void = { _ in },
  _ body: (SimulatedServer, ServerClient) async throws -> Void
) async throws {
  var options = SimulatedServer.Options()
  options.detections.hosts = 12
  options.detections.seed = 7
  options.assets.assets = 8
  options.assets.seed = 7
  options.assets.softwarePerAsset = 2
  try change(&options)
  let server = SimulatedServer(options)
  var configuration = HTTPClient.Configuration()
  configuration.redirectConfiguration = .disallow
  configuration.decompression = .disabled
  let client = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
  do {
    let port = try await server.start()
    try await body(server, ServerClient(port: port, client: client))
  } catch {
    await server.stop()
    try await client.shutdown()
    throw error
  }
  await server.stop()
  try await client.shutdown()
}
