internal import ArgumentParser
internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import Networking

/// What a tap of a running service gives.
struct TapFeed: Sendable {
  /// Why there is nothing to show, or nothing more.
  struct Failure: Error, CustomStringConvertible {
    let description: String
    let code: ExitCode
  }

  /// Bytes of a line that are put up with: far more than the service sends.
  private static let longest = 4 << 20

  private let client: HTTPClient
  private let url: String
  private let token: String?

  /// Opens nothing yet.
  init(_ address: String, place: String, after: String?, where filter: String?, token: String?) {
    var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
    configuration.timeout.connect = .seconds(2)
    // An empty line comes each five seconds.
    configuration.timeout.read = .seconds(30)
    client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    let parts = place.split(separator: "/").map { Self.escaped(String($0)) }
    let query = [("after", after), ("where", filter)].compactMap { name, value in
      value.map { "\(name)=\(Self.escaped($0))" }
    }
    url =
      (address.hasSuffix("/") ? String(address.dropLast()) : address) + "/tap/\(parts.joined(separator: "/"))"
      + (query.isEmpty ? "" : "?\(query.joined(separator: "&"))")
    self.token = token
  }

  /// Must be called before it goes away.
  func close() async { try? await client.shutdown() }

  /// Passes on each line with its newline, until there are `limit`, or the task is cancelled, or the body's reader has gone.
  ///
  /// - Throws: ``Failure``; `CancellationError`.
  func read(limit: Int?, _ body: (Data) throws -> Void) async throws {
    do {
      var request = HTTPClientRequest(url: url)
      if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
      let answer = try await client.execute(request, deadline: .distantFuture)
      try await check(answer)
      var left = limit ?? .max
      var rest = ByteBuffer()
      for try await part in answer.body {
        rest.writeImmutableBuffer(part)
        while let line = Self.line(of: &rest) {
          if line.count == 1 { continue }
          do { try body(line) } catch { return }
          left -= 1
          if left == 0 { return }
        }
        rest.discardReadBytes()
        guard rest.readableBytes <= Self.longest else {
          throw Failure(description: "a line without an end: is a service of sluice there?", code: ExitStatus.tryLater)
        }
      }
    } catch let failure as Failure {
      throw failure
    } catch {
      try Task.checkCancellation()
      throw Failure(description: "no service answers: \(NetworkTrouble(error))", code: ExitStatus.tryLater)
    }
    try Task.checkCancellation()
    throw Failure(
      description: "the tap has ended: the service has, or it has read its file anew",
      code: ExitStatus.tryLater
    )
  }

  private func check(_ answer: HTTPClientResponse) async throws {
    if answer.status == .ok { return }
    let words = try? await answer.body.collect(upTo: 1 << 16)
    let text = words.map { String(buffer: $0).trimmingCharacters(in: .whitespacesAndNewlines) } ?? ""
    switch answer.status.code {
    case 401:
      throw Failure(
        description: "the tap wants a token, or another one: give '--token-file'",
        code: ExitStatus.configuration
      )
    case 403: throw Failure(description: text, code: ExitStatus.configuration)
    case 400, 404: throw Failure(description: text, code: ExitCode.validationFailure)
    case 429: throw Failure(description: text, code: ExitStatus.tryLater)
    case let code:
      throw Failure(description: "the tap answers \(code): is a service of sluice there?", code: ExitStatus.tryLater)
    }
  }

  /// The next whole line, with its newline.
  private static func line(of buffer: inout ByteBuffer) -> Data? {
    guard let end = buffer.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
    let count = end - buffer.readerIndex + 1
    return buffer.readBytes(length: count).map { Data($0) }
  }

  private static func escaped(_ text: String) -> String {
    let plain = CharacterSet(charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
    // A text of valid characters can always be escaped.
    return text.addingPercentEncoding(withAllowedCharacters: plain) ?? ""
  }
}
