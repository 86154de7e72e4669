internal import Foundation
internal import Qualys
internal import State
internal import Streaming

/// Keeps in the state how far a stream has come: with each page, and with each round's beginning and end.
///
/// Files get their names behind the commit that covers them, so a kill at any place leaves what the next run can put
/// right: it goes on behind the last committed page, or only gives the names.
actor RoundKeeper {
  typealias Positions = [RoundProgress.SinkPosition]

  private let state: any StateStore
  private let stream: String
  private(set) var progress: RoundProgress
  /// The server's clock in the answers of the round.
  private var clock = AnswerClock()
  /// Whether what the run before left has been put right.
  private(set) var isRecovered = false

  /// Reads what the run before has left.
  init(_ state: any StateStore, of stream: String) throws {
    self.state = state
    self.stream = stream
    progress = try RoundProgress(state.progress(of: stream), of: stream)
  }

  /// Whether the next run will find what is kept here.
  nonisolated var isDurable: Bool { state.isDurable }

  func noteRecovery() { isRecovered = true }

  /// Goes by the clock of a round's answers where they do not say the time themselves.
  func use(_ clock: AnswerClock) { self.clock = clock }

  /// When the round's first answer was given, seconds since 1970 of the server's clock; nil when it did not say.
  var began: Int? { progress.began == nil ? clock.time : progress.began.flatMap(ServerTime.seconds) }

  /// Whether the round has had an answer, so far as this run knows.
  var hasAnswer: Bool { progress.pages > 0 || clock.hasAnswer }

  /// Begins a round, durably, before anything of it is written.
  func begin(_ round: Int, _ positions: Positions, deadLetters end: Int) throws {
    try keep { progress in
      progress.round = round
      progress.cursor = nil
      progress.began = nil
      progress.pages = 0
      progress.deadLetters = end
      progress.sinks = positions
    }
  }

  /// Begins a round of a state that nobody finds again: nothing needs to be durable before it.
  func forget() { progress = RoundProgress() }

  /// Keeps what was learned from a page that everyone has acknowledged, in one transaction.
  func commit(_ page: Page, marks: UInt32, _ positions: Positions, deadLetters end: Int) throws {
    // Only answers of the KnowledgeBase report ids.
    try QIDLedger(state).note(delivered: page, to: stream)
    var next = progress
    let time = page.report?.serverTime.flatMap(ServerTime.seconds) ?? clock.time
    if let report = page.report { next.cursor = page.cursor?(report).map { Data($0) } ?? next.cursor }
    if next.began == nil, time != nil || marks > 0 { next.began = time.map(ServerTime.text) ?? "" }
    next.pages += 1
    next.deadLetters = end
    next.sinks = positions
    try state.commit(page, marks: marks, of: stream, progress: next.stored(at: time ?? 0))
    progress = next
  }

  /// Ends a round in one transaction with the window of the next, which stays as it was when there is none; behind the last round files only lack their names.
  func end(_ round: Int, isLast: Bool, _ positions: Positions, window began: Int?) throws {
    let window = began.map { Windows.entry(stream, began: $0) }
    try keep(storing: window.map { [$0] } ?? [], in: Windows.space) { progress in
      progress.round = nil
      progress.cursor = nil
      progress.finishedRound = isLast ? nil : round
      progress.isWritten = isLast
      progress.sinks = positions
    }
  }

  /// Lets the round at hand end where it is, and the next one ask from another time: in one transaction.
  func reset(to since: Since, forgets: Bool, _ positions: Positions) throws {
    var next = progress
    next.round = nil
    next.cursor = nil
    next.finishedRound = nil
    next.isWritten = true
    next.sinks = positions
    try state.reset(stream, to: since, next.stored(at: serverTime), forgets: forgets)
    progress = next
  }

  /// Says that all is written and files only lack their names, or that they have them.
  func keep(isWritten: Bool, _ positions: Positions) throws {
    try keep { progress in
      progress.isWritten = isWritten
      progress.sinks = positions
    }
  }

  private func keep(
    storing entries: [(key: [UInt8], value: [UInt8])] = [],
    in space: String = "",
    _ change: (inout RoundProgress) -> Void
  ) throws {
    var next = progress
    change(&next)
    try state.finishRound(of: stream, progress: next.stored(at: serverTime), storing: entries, in: space)
    progress = next
  }

  /// When the round's first answer was given, as the state wants it.
  private var serverTime: Int { progress.began.flatMap(ServerTime.seconds) ?? 0 }
}
