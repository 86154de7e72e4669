internal import Foundation

/// A folder with the answers of some rounds, as they were received, and what was asked for.
///
/// `run.json` says which rounds there were and when; each exchange is a file NAME.exchange.json, which names the file
/// of its body. `state`, if it is there, is the state that the first round began with. Nothing in it is a secret. The
/// bodies are read when they are asked for.
package struct Capture: Sendable {
  /// A round: each stream ran once.
  package struct Round: Sendable, Equatable, Codable {
    package let number: Int
    /// The server's clock when it began, as Qualys writes times.
    package let time: String

    /// Seconds since 1970; zero when the time cannot be read.
    package var seconds: Int { ServerTime.seconds(time) ?? 0 }
  }

  /// A request and what came back.
  package struct Exchange: Sendable, Codable {
    package struct Request: Sendable, Codable {
      package let path: String
      package let parameters: [APIRequest.Parameter]
    }
    package struct Header: Sendable, Codable {
      package let name: String
      package let value: String
    }
    package struct Response: Sendable, Codable {
      package let status: Int
      package let headers: [Header]
    }

    package let round: Int
    package let api: API
    package let request: Request
    package let response: Response
    /// The file with the body as it came over the wire; nil when there was none.
    package var body: String?
    /// Why the body ended before its end, when it did.
    package var failure: String?

    /// The value of a parameter that was sent.
    package func value(of name: String) -> String? { request.parameters.last { $0.name == name }?.value }
  }

  /// What `run.json` says.
  struct Description: Codable {
    let format: Int
    let rounds: [Round]
  }

  /// The folder.
  package let path: String
  /// The rounds, in order.
  package let rounds: [Round]
  /// The exchanges, in the order of their files' names.
  package let exchanges: [Exchange]

  /// How the names of the files end that describe an exchange.
  package static let exchangeEnding = ".exchange.json"

  /// The folder in a capture with the state that its first round began with.
  package static let stateFolder = "state"

  /// The newest form of a capture that this program reads.
  package static let format = 1

  /// Opens a folder; reads the descriptions, not the bodies.
  /// - Throws: ``CaptureError``.
  package init(_ path: String) throws(CaptureError) {
    self.path = path
    let description: Description = try Self.decode("\(path)/run.json", in: path)
    guard description.format <= Self.format else {
      throw CaptureError(path, "it has the form \(description.format), newer than this program's; use a newer version")
    }
    rounds = description.rounds.sorted { $0.number < $1.number }
    exchanges = try Self.descriptions(in: path).map(\.exchange)
  }

  /// The exchanges in a folder, in order, and the names of the files that describe them.
  static func descriptions(in path: String) throws(CaptureError) -> [(file: String, exchange: Exchange)] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: path)
    } catch {
      throw CaptureError(path, "cannot be listed: \(error.localizedDescription)")
    }
    var exchanges: [(file: String, exchange: Exchange)] = []
    for name in names.filter({ $0.hasSuffix(exchangeEnding) }).sorted() {
      let exchange: Exchange = try decode("\(path)/\(name)", in: path)
      if let body = exchange.body, body.contains("/") {
        throw CaptureError(path, "'\(name)' names a body outside the folder")
      }
      exchanges.append((name, exchange))
    }
    return exchanges
  }

  /// Whether a folder is a capture.
  package static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: "\(path)/run.json") }

  /// The folder with the state that the first round began with, if the capture has one.
  package var state: String? {
    let folder = "\(path)/\(Self.stateFolder)"
    return FileManager.default.fileExists(atPath: "\(folder)/state.db") ? folder : nil
  }

  /// The exchanges of an API in a round, in order.
  package func exchanges(of api: API, round: Int) -> [Exchange] {
    exchanges.filter { $0.api == api && $0.round == round }
  }

  private static func decode<Value: Decodable>(_ file: String, in path: String) throws(CaptureError) -> Value {
    do {
      return try JSONDecoder().decode(Value.self, from: Data(contentsOf: URL(fileURLWithPath: file)))
    } catch let error as DecodingError {
      throw CaptureError(path, "'\(file)' is not what a capture holds: \(error)")
    } catch {
      throw CaptureError(path, "'\(file)' cannot be read: \(error.localizedDescription)")
    }
  }
}

/// Why a folder cannot be replayed.
package struct CaptureError: Error, Sendable, CustomStringConvertible {
  private let path: String
  private let reason: String
  /// Whether a file could not be written: another time it may be.
  package let isOfDisk: Bool

  package init(_ path: String, _ reason: String, isOfDisk: Bool = false) {
    self.path = path
    self.reason = reason
    self.isOfDisk = isOfDisk
  }

  package var description: String { "the capture '\(path)': \(reason)" }
}
