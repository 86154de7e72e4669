internal import Foundation
internal import State

/// The last round of each stream that ended well, as a person wants to know of it.
package struct FinishedRound: Codable, Equatable, Sendable {
  /// The server's clock in the round's first answer, as written; nil where answers tell none.
  package var began: String?
  package var pages: Int
  /// When it ended by the clock on the wall here, seconds since 1970.
  package var ended: Int
}

/// Keeps the last finished round of each stream: for those who look, nothing is decided by it.
struct FinishedRounds {
  static let space = "finished-rounds"

  let state: any StateStore

  /// A round has ended, all of it is where it belongs.
  func note(_ stream: String, at time: Int) throws {
    let progress = try RoundProgress(state.progress(of: stream), of: stream)
    let round = FinishedRound(began: progress.began, pages: progress.pages, ended: time)
    try state.store([(Array(stream.utf8), Array(JSONEncoder().encode(round)))], in: Self.space)
  }

  /// The last round of a stream, as a state says; nil before its first.
  static func last(of stream: String, in state: any StateReading) throws -> FinishedRound? {
    let found = try state.entries(of: space, after: nil, limit: .max).first { $0.key == Array(stream.utf8) }
    return found.flatMap { try? JSONDecoder().decode(FinishedRound.self, from: Data($0.value)) }
  }
}
