internal import Foundation
internal import Qualys
internal import State

/// The last round of each stream that ended well, as a person wants to know of it.
package struct FinishedRound: Codable, Equatable, Sendable {
  /// The server's clock in the round's first answer, as written; nil where answers tell none.
  package var began: String?
  package var pages: Int
  /// When it ended by the clock on the wall here, seconds since 1970.
  package var ended: Int
  /// Whether it asked for everything; nil where a release before this one kept it.
  package var wasFull: Bool?

  package init(began: String?, pages: Int, ended: Int, wasFull: Bool? = nil) {
    self.began = began
    self.pages = pages
    self.ended = ended
    self.wasFull = wasFull
  }

  /// How many seconds it took, as far as two clocks can tell; nil where answers tell no time.
  package var length: Int? { began.flatMap(ServerTime.seconds).map { max(0, ended - $0) } }
}

/// Keeps the last finished round of each stream: for those who look, nothing is decided by it.
struct FinishedRounds {
  static let space = "finished-rounds"

  let state: any StateStore

  /// A round has ended, all of it is where it belongs.
  func note(_ stream: String, at time: Int, wasFull: Bool) throws {
    let progress = try RoundProgress(state.progress(of: stream), of: stream)
    let round = FinishedRound(began: progress.began, pages: progress.pages, ended: time, wasFull: wasFull)
    try state.store([(Array(stream.utf8), Array(JSONEncoder().encode(round)))], in: Self.space)
  }

  /// The last round of a stream, as a state says; nil before its first.
  static func last(of stream: String, in state: any StateReading) throws -> FinishedRound? {
    try all(in: state)[stream]
  }

  /// The last round of each stream that had one.
  static func all(in state: any StateReading) throws -> [String: FinishedRound] {
    var rounds: [String: FinishedRound] = [:]
    for entry in try state.entries(of: space, after: nil, limit: .max) {
      rounds[String(decoding: entry.key, as: UTF8.self)] =
        try? JSONDecoder().decode(FinishedRound.self, from: Data(entry.value))
    }
    return rounds
  }
}
