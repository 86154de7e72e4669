internal import Foundation

/// The folder that a capture is written into.
struct CaptureFolder {
  private let path: String
  private var counts: [SimulatedAPI: Int] = [:]

  init(_ path: String) throws {
    self.path = path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  /// Writes the next exchange of its API, and the body as it is generated.
  mutating func add<Result>(
    _ exchange: CapturedExchange,
    body: ((_ chunk: [UInt8]) throws -> Void) throws -> Result
  ) throws -> Result {
    counts[exchange.api, default: 0] += 1
    let digits = String(counts[exchange.api, default: 0])
    let name = "\(exchange.api.rawValue)-\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)"
    return try write(exchange, name: name, ending: exchange.api.isOnGateway ? "json" : "xml", body: body)
  }

  /// Writes an exchange and its body under a name.
  func write<Result>(
    _ exchange: CapturedExchange,
    name: String,
    ending: String?,
    body: ((_ chunk: [UInt8]) throws -> Void) throws -> Result
  ) throws -> Result {
    var exchange = exchange
    exchange.body = ending.map { "\(name).\($0)" }
    try write(exchange, to: "\(name).exchange.json")
    guard let file = exchange.body else { return try body { _ in } }
    let place = "\(path)/\(file)"
    guard FileManager.default.createFile(atPath: place, contents: nil), let handle = FileHandle(forWritingAtPath: place)
    else { throw CocoaError(.fileWriteUnknown) }
    let result = try body { chunk in try handle.write(contentsOf: chunk) }
    try handle.close()
    return result
  }

  /// Writes a value as JSON.
  func write(_ value: some Encodable, to file: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try (encoder.encode(value) + Data("\n".utf8)).write(to: URL(fileURLWithPath: "\(path)/\(file)"))
  }
}
