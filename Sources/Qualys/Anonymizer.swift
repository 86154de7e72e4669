internal import Foundation
internal import Gzip
internal import SystemPackage

/// Copies a capture, with pseudonyms for hosts, users, addresses and serial numbers, so that it can be shared.
///
/// Names are collected from the fields that hold them and replaced wherever they stand; addresses are known by their
/// form. The same name has the same pseudonym in the whole capture. An answer that cannot be read fails as before.
/// Ids, QIDs, tags, paths and software stay as they are; the state is left out. Reads every body twice. Memory: the
/// distinct names.
package struct Anonymizer: Sendable {
  /// What was done.
  package struct Summary: Sendable, Equatable {
    package var answers = 0
    package var names = 0
  }

  private let key: AnonymKey
  private let disk: CaptureDisk

  /// - Parameter key: 16 bytes at least, so that several captures have the same pseudonyms; without it one is made up,
  ///   and gone afterwards.
  package init(key: [UInt8]? = nil, disk: CaptureDisk = .system) {
    self.key = key.map { AnonymKey($0) } ?? AnonymKey()
    self.disk = disk
  }

  /// Copies the capture in a folder into another one, which is made, or empty.
  @concurrent
  package func copy(_ source: String, to target: String) async throws -> Summary {
    try disk.createFolder(FilePath(target))
    guard try FileManager.default.contentsOfDirectory(atPath: target).isEmpty else {
      throw CaptureError(target, "the folder is not empty; name another one")
    }
    let exchanges = try Capture.descriptions(in: source)
    var names = AnonymNames(key)
    for (_, exchange) in exchanges { if let body = exchange.body { try collect("\(source)/\(body)", into: &names) } }
    for (file, exchange) in exchanges {
      try write(exchange, file, names, from: source, to: target)
    }
    let run = "\(source)/run.json"
    if FileManager.default.fileExists(atPath: run) {
      let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: run)))
      try disk.replace(FilePath("\(target)/run.json"), with: bytes)
    }
    return Summary(answers: exchanges.count, names: names.count)
  }

  // MARK: - Collecting

  private func collect(_ path: String, into names: inout AnonymNames) throws {
    var lexer = AnonymLexer()
    var value: [UInt8] = []
    var kind: AnonymNames.Kind?
    var isJSON = false
    func end() {
      if let kind, !value.isEmpty { names.collect(value, kind, isJSON: isJSON) }
      value.removeAll(keepingCapacity: true)
    }
    var reader = try FileReader(path)
    do {
      while let bytes = try reader.next() {
        try Task.checkCancellation()
        lexer.decide(bytes)
        isJSON = lexer.hasEscapes
        lexer.lex(bytes) { piece, place in
          let its: AnonymNames.Kind? = if case .name(let kind) = place { kind } else { nil }
          if its != kind { end() }
          kind = its
          // No name is longer; what a broken answer runs into one is none.
          if its != nil, value.count < 1024 { value += piece.prefix(1024 - value.count) }
        }
      }
    } catch is GzipError {
      // What there is of it was read.
    }
    end()
  }

  // MARK: - Replacing

  private func write(
    _ exchange: Capture.Exchange,
    _ file: String,
    _ names: AnonymNames,
    from source: String,
    to target: String
  ) throws {
    var length: Int?
    if let body = exchange.body { length = try write("\(source)/\(body)", names, to: FilePath("\(target)/\(body)")) }
    func replaced(_ text: String) -> String {
      var replacer = AnonymReplacer(names, key, hasEscapes: false)
      var bytes: [UInt8] = []
      replacer.add(Array(text.utf8)[...], .text, to: &bytes)
      replacer.finish(to: &bytes)
      return String(decoding: bytes, as: UTF8.self)
    }
    let headers = CaptureHeaders.kept(exchange.response.headers.map { ($0.name, $0.value) }).map { header in
      // A body that broke off keeps the length that it should have had, or more.
      guard header.name.lowercased() == "content-length", exchange.failure == nil, let length else { return header }
      return Capture.Exchange.Header(name: header.name, value: String(length))
    }
    var other = Capture.Exchange(
      round: exchange.round,
      api: exchange.api,
      request: Capture.Exchange.Request(
        path: exchange.request.path,
        parameters: exchange.request.parameters.map { APIRequest.Parameter($0.name, replaced($0.value)) }
      ),
      response: Capture.Exchange.Response(status: exchange.response.status, headers: headers)
    )
    other.body = exchange.body
    other.failure = exchange.failure.map(replaced)
    try disk.replace(FilePath("\(target)/\(file)"), with: try CaptureWriter.encode(other, in: target))
  }

  /// Writes a body with its names replaced, compressed when it was; returns its length.
  private func write(_ path: String, _ names: AnonymNames, to target: FilePath) throws -> Int {
    let descriptor = try disk.create(target)
    defer { try? descriptor.close() }
    var length = 0
    func write(_ bytes: [UInt8]) throws {
      try disk.append(bytes, to: descriptor, target)
      length += bytes.count
    }
    let compressor = try GzipCompressor(level: 6)
    func compressed(_ bytes: [UInt8]) -> [UInt8] {
      var output: [UInt8] = []
      unsafe bytes.withUnsafeBytes { unsafe compressor.compress($0, into: &output) }
      return output
    }
    var lexer = AnonymLexer()
    var replacer: AnonymReplacer?
    var reader = try FileReader(path)
    var isCompressed = false
    var output: [UInt8] = []
    while true {
      let bytes: [UInt8]?
      do {
        bytes = try reader.next()
      } catch let error as GzipError {
        output.removeAll()
        replacer?.finish(to: &output)
        try write(compressed(output) + Self.end(compressor, error))
        return length
      }
      isCompressed = reader.isCompressed
      try Task.checkCancellation()
      guard let bytes else { break }
      output.removeAll(keepingCapacity: true)
      lexer.decide(bytes)
      if replacer == nil { replacer = AnonymReplacer(names, key, hasEscapes: lexer.hasEscapes) }
      lexer.lex(bytes) { replacer?.add($0, $1, to: &output) }
      try write(isCompressed ? compressed(output) : output)
    }
    output.removeAll()
    replacer?.finish(to: &output)
    if isCompressed {
      output = compressed(output)
      compressor.finishMember(into: &output)
    }
    try write(output)
    return length
  }

  /// The end of a member that cannot be read to its end either: without its trailer, or with a wrong one.
  private static func end(_ compressor: GzipCompressor, _ error: GzipError) -> [UInt8] {
    var end: [UInt8] = []
    compressor.finishMember(into: &end)
    if error == .truncated { return end.dropLast(8) }
    end[end.count - 8] ^= 0xFF
    return end
  }
}
