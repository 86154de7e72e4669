internal import Foundation
internal import Pipelines
internal import State
internal import Streaming
internal import Synchronization

/// A state on which each change is a step; it can have a bug.
final class SteppedState: StateStore {
  private struct Held: Sendable {
    let page: Page
    let marks: UInt32
  }

  private struct Planted {
    /// The cursor of each stream's last page.
    var cursors: [String: Data] = [:]
    /// The last page of each stream, kept back until its round is finished.
    var held: [String: Held] = [:]
  }

  private let base: any StateStore
  private let steps: Steps
  private let told: Told
  private let bug: LiveScenario.Bug?
  private let planted = Mutex(Planted())

  init(_ base: any StateStore, _ steps: Steps, _ told: Told, bug: LiveScenario.Bug?) {
    self.base = base
    self.steps = steps
    self.told = told
    self.bug = bug
  }

  var isDurable: Bool { base.isDurable }
  func memory(_ space: String, of stream: String) -> any Memory { base.memory(space, of: stream) }
  func entries(of space: String, after key: [UInt8]?, limit: Int) throws -> [(key: [UInt8], value: [UInt8])] {
    try base.entries(of: space, after: key, limit: limit)
  }
  func progress(of stream: String) throws -> StreamProgress? { try base.progress(of: stream) }
  func abandon(_ stream: String) throws { try base.abandon(stream) }

  func store(_ entries: [(key: [UInt8], value: [UInt8])], in space: String) throws {
    try steps.take { try base.store(entries, in: space) }
  }
  func prune(_ space: String, olderThan seconds: Int, at time: Int) throws {
    try steps.take { try base.prune(space, olderThan: seconds, at: time) }
  }

  func commit(_ page: Page, marks: UInt32, of stream: String, progress: StreamProgress) throws {
    var progress = progress
    var round = try RoundProgress(progress, of: stream)
    switch bug {
    case .cursorFromBefore:
      let own = round.cursor
      round.cursor = planted.withLock { planted in
        defer { planted.cursors[stream] = own }
        return planted.cursors[stream]
      }
      progress.cursor = Array(try JSONEncoder().encode(round))
    case .finishedTooSoon where String(decoding: round.cursor ?? Data(), as: UTF8.self).contains(#""isDone":true"#):
      return planted.withLock { $0.held[stream] = Held(page: page, marks: marks) }
    default: break
    }
    try steps.take { try base.commit(page, marks: marks, of: stream, progress: progress) }
  }

  func finishRound(
    of stream: String,
    progress: StreamProgress,
    storing entries: [(key: [UInt8], value: [UInt8])],
    in space: String
  ) throws {
    try steps.take { try base.finishRound(of: stream, progress: progress, storing: entries, in: space) }
    if try RoundProgress(progress, of: stream).isWritten { told.note(endOfRound: steps.count) }
    guard let held = planted.withLock({ $0.held.removeValue(forKey: stream) }) else { return }
    try steps.take { try base.commit(held.page, marks: held.marks, of: stream, progress: progress) }
  }
}
