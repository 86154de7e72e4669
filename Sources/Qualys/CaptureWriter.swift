internal import Foundation
internal import Glibc
package import State
internal import Synchronization
internal import SystemPackage

/// Writes what is asked and answered into a folder that ``Capture`` reads.
///
/// Bodies are written as they are read; an exchange's description is there when its body has ended or broken off, so a
/// folder left by a killed process can be replayed up to there. Memory: one chunk for each answer in flight.
package final class CaptureWriter: Sendable {
  private struct Shared {
    var rounds: [Capture.Round] = []
    var counts: [API: Int] = [:]
    var answers = 0
    var bytes = 0
    /// Which exchanges are kept of each API, when not all are.
    var rings: [API: CaptureRing] = [:]
    /// Whether nothing more is captured.
    var isGivenUp = false
    var failure: CaptureError?
  }

  /// The folder.
  package let path: String
  let disk: CaptureDisk
  private let onlyFailures: Bool
  private let shared: Mutex<Shared>

  /// Begins a capture in a folder that is made, or empty.
  ///
  /// - Parameter onlyFailures: Whether only what failed is kept, and the exchange before it.
  package init(_ path: String, onlyFailures: Bool = false, disk: CaptureDisk = .system) throws(CaptureError) {
    self.path = path
    self.disk = disk
    self.onlyFailures = onlyFailures
    shared = Mutex(Shared())
    try disk.createFolder(FilePath(path))
    guard let there = try? FileManager.default.contentsOfDirectory(atPath: path) else {
      throw CaptureError(path, "it is no folder, or cannot be read")
    }
    guard there.isEmpty else { throw CaptureError(path, "the folder is not empty; name another one") }
    guard unsafe chmod(path, 0o700) == 0 else { throw CaptureError(path, "it is not yours") }
  }

  /// Answers so far, and the bytes of their bodies as they came over the wire.
  package var size: (answers: Int, bytes: Int) { shared.withLock { ($0.answers, $0.bytes) } }

  /// Whether something failed, as far as the exchanges themselves tell, or ``keepLast()`` was told.
  package var hasFailures: Bool { shared.withLock { $0.rings.values.contains { $0.failures > 0 } } }

  /// What kept the capture from being whole, if anything did.
  package var failure: CaptureError? { shared.withLock { $0.failure } }

  /// Says that a round begins, at a time in seconds since 1970; a round that has begun already goes on.
  ///
  /// A failure shows in ``failure``, and at the next exchange.
  package func begin(round: Int, at time: Int) {
    shared.withLock { shared in
      guard !shared.rounds.contains(where: { $0.number == round }) else { return }
      shared.rounds.append(Capture.Round(number: round, time: ServerTime.text(time)))
      do throws(CaptureError) {
        let description = Capture.Description(format: Capture.format, rounds: shared.rounds)
        try disk.replace(FilePath("\(path)/run.json"), with: try Self.encode(description, in: path))
      } catch {
        shared.failure = shared.failure ?? error
      }
    }
  }

  /// Keeps a copy of the state in a folder, as the first round finds it; returns where, nil when there is none.
  ///
  /// - Throws: `StateError` with code `inUse` while a run has the state.
  package func keepState(from folder: String) throws -> String? {
    let copy = "\(path)/\(Capture.stateFolder)"
    return try SQLiteState.copy(FilePath(folder), to: FilePath(copy)) ? copy : nil
  }

  /// Keeps a copy of a state that is open, as the first round finds it.
  package func keep(_ state: SQLiteState) throws { try state.copy(to: FilePath("\(path)/\(Capture.stateFolder)")) }

  /// Keeps the exchanges at hand, since something about them failed.
  package func keepLast() {
    shared.withLock { shared in for api in shared.rings.keys { shared.rings[api]?.keepAll() } }
  }

  /// Whether nothing more is to be captured.
  var isGivenUp: Bool { shared.withLock { $0.isGivenUp } }

  /// Captures nothing more; returns whether this was the first time.
  func giveUp() -> Bool {
    shared.withLock { shared in
      defer { shared.isGivenUp = true }
      return !shared.isGivenUp
    }
  }

  // MARK: - Exchanges

  /// An answer's head has come.
  /// - Throws: what kept an earlier part of the capture from being written.
  func begin(_ request: APIRequest, _ response: APIResponse) throws(CaptureError) -> CaptureRecording {
    let (number, count, round, failure) = shared.withLock { shared in
      shared.counts[request.api, default: 0] += 1
      shared.answers += 1
      if onlyFailures { shared.rings[request.api, default: CaptureRing()].begin(shared.answers) }
      return (shared.answers, shared.counts[request.api, default: 0], shared.rounds.last?.number ?? 1, shared.failure)
    }
    if let failure { throw failure }
    let digits = String(count)
    let name = "\(request.api.rawValue)-\(String(repeating: "0", count: max(0, 6 - digits.count)))\(digits)"
    let exchange = Capture.Exchange(
      round: round,
      api: request.api,
      request: Capture.Exchange.Request(path: request.path, parameters: request.parameters),
      response: Capture.Exchange.Response(status: response.status, headers: CaptureHeaders.kept(response.headers))
    )
    return CaptureRecording(exchange, number: number, name: name, ending: Self.ending(request, response), of: self)
  }

  /// An exchange has ended; its files stand.
  func end(_ number: Int, of api: API, files: [String], bytes: Int, failed: Bool) {
    let unneeded = shared.withLock { shared in
      shared.bytes += bytes
      // What was cut short because the capture was given up is no failure of Qualys'.
      return shared.rings[api]?.end(number, files: files, failed: failed && !shared.isGivenUp) ?? []
    }
    for file in unneeded { unsafe unlink("\(path)/\(file)") }
  }

  /// How the name of a body's file ends.
  private static func ending(_ request: APIRequest, _ response: APIResponse) -> String {
    let isHTML = response.header("Content-Type")?.lowercased().contains("html") == true
    let kind = isHTML ? "html" : request.api == .assets ? "json" : "xml"
    return response.header("Content-Encoding")?.lowercased().contains("gzip") == true ? "\(kind).gz" : kind
  }

  static func encode(_ value: some Encodable, in path: String) throws(CaptureError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      return Array(try encoder.encode(value)) + [UInt8(ascii: "\n")]
    } catch {
      throw CaptureError(path, "a description cannot be written: \(error)")
    }
  }
}
