internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import Networking
internal import Service

/// How a service stands, as its endpoint says.
struct StatusFeed {
  /// Why there is no answer to show.
  struct Failure: Error, CustomStringConvertible {
    let description: String
    /// Whether a person must do something first.
    var isConfiguration = false
  }

  /// Bytes of an answer that are read.
  private static let longest = 16 << 20

  private let client: HTTPClient
  private let url: String
  private let token: String?

  /// Opens nothing yet.
  ///
  /// - Parameter address: The endpoint, such as `http://127.0.0.1:8090`.
  init(_ address: String, token: String?) {
    var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
    configuration.timeout.connect = .seconds(2)
    client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    url = (address.hasSuffix("/") ? String(address.dropLast()) : address) + "/status"
    self.token = token
  }

  /// Must be called before it goes away.
  func close() async { try? await client.shutdown() }

  /// Asks once, for five seconds at most.
  func status() async throws(Failure) -> ServiceStatus {
    let body: ByteBuffer
    do {
      var request = HTTPClientRequest(url: url)
      if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
      let answer = try await client.execute(request, deadline: .now() + .seconds(5))
      switch answer.status.code {
      case 200: body = try await answer.body.collect(upTo: Self.longest)
      case 401, 403:
        throw Failure(description: "/status wants a token, or another one: give '--token-file'", isConfiguration: true)
      case let code: throw Failure(description: "/status answers \(code): is a service of sluice there?")
      }
    } catch let failure as Failure {
      throw failure
    } catch {
      throw Failure(description: "no service answers: \(NetworkTrouble(error))")
    }
    do {
      return try JSONDecoder().decode(ServiceStatus.self, from: Data(body.readableBytesView))
    } catch {
      throw Failure(description: "/status answers something else than this version understands", isConfiguration: true)
    }
  }
}
