internal import Foundation
internal import Pipelines
internal import Qualys
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
    /// What is left out, and kept too late.
    var leftOut: [(key: [UInt8], value: [UInt8])] = []
  }

  private let base: any StateStore
  private let steps: Steps
  private let told: Told
  private let bug: LiveScenario.Bug?
  private let planted = Mutex(Planted())
  /// Behind how many pages that gave something the run of their stream fails.
  private let lastPage: Int?
  private let pages = Mutex(0)

  init(_ base: any StateStore, _ steps: Steps, _ told: Told, bug: LiveScenario.Bug?, endingBehind lastPage: Int?) {
    self.lastPage = lastPage
    self.base = base
    self.steps = steps
    self.told = told
    self.bug = bug
  }

  var isDurable: Bool { base.isDurable }
  func memory(_ space: String, of stream: String) -> any Memory {
    let memory = base.memory(space, of: stream)
    guard bug == .releasedTooSoon, space == Quarantine.space else { return memory }
    return Hurried(base: memory) { try self.store([($0, $1)], in: space) }
  }
  func entries(of space: String, after key: [UInt8]?, limit: Int) throws -> [(key: [UInt8], value: [UInt8])] {
    try base.entries(of: space, after: key, limit: limit)
  }
  func progress(of stream: String) throws -> StreamProgress? { try base.progress(of: stream) }
  func abandon(_ stream: String) throws { try base.abandon(stream) }

  func store(_ entries: [(key: [UInt8], value: [UInt8])], in space: String) throws {
    if bug == .quarantinedTooLate, space == Quarantine.space {
      return planted.withLock { $0.leftOut += entries }
    }
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
    let count = pages.withLock { pages in
      if marks > 0 { pages += 1 }
      return pages
    }
    if marks > 0, count == lastPage { throw Steps.Ended() }
  }

  func finishRound(
    of stream: String,
    progress: StreamProgress,
    storing entries: [(key: [UInt8], value: [UInt8])],
    in space: String
  ) throws {
    let kept = try withoutFiles(progress, of: stream)
    try steps.take { try base.finishRound(of: stream, progress: kept, storing: entries, in: space) }
    if try RoundProgress(progress, of: stream).isWritten { told.note(endOfRound: steps.count) }
    let (held, late) = planted.withLock { planted in
      defer { planted.leftOut = [] }
      return (planted.held.removeValue(forKey: stream), planted.leftOut)
    }
    if !late.isEmpty { try steps.take { try base.store(late, in: Quarantine.space) } }
    guard let held else { return }
    try steps.take { try base.commit(held.page, marks: held.marks, of: stream, progress: progress) }
  }

  func forgetRounds(
    of stream: String,
    shared: [String],
    progress: StreamProgress,
    storing entries: [(key: [UInt8], value: [UInt8])],
    in space: String
  ) throws {
    let kept = try withoutFiles(progress, of: stream)
    try steps.take {
      try base.forgetRounds(of: stream, shared: shared, progress: kept, storing: entries, in: space)
    }
  }

  /// What is kept at a round's end by a program with a bug that forgets its files.
  private func withoutFiles(_ progress: StreamProgress, of stream: String) throws -> StreamProgress {
    guard bug == .windowBeforeFiles else { return progress }
    var round = try RoundProgress(progress, of: stream)
    if round.isWritten { (round.isWritten, round.sinks) = (false, []) }
    return StreamProgress(cursor: Array(try JSONEncoder().encode(round)), serverTime: progress.serverTime)
  }
}

/// What is set is kept at once, whether its page will be committed or not.
private struct Hurried: Memory {
  let base: any Memory
  let store: @Sendable (_ key: [UInt8], _ value: [UInt8]) throws -> Void

  func values(for keys: [[UInt8]]) throws -> [[UInt8]?] { try base.values(for: keys) }
  func set(_ value: [UInt8], for key: [UInt8], at mark: UInt32, of page: Page) throws { try store(key, value) }
  func end(_ page: Page, marks: UInt32) throws { try base.end(page, marks: marks) }
}
