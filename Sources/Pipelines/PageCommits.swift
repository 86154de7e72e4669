internal import Sinks
internal import Streaming

/// The pages of a stream on their way to being committed.
///
/// A page is committed when every output has acknowledged its end: when all of its sinks have written it. Pages are
/// committed in their order, one at a time and each once.
actor PageCommits {
  private struct Waiting {
    let page: Page
    let marks: UInt32
    /// Where the sinks of each output that has acknowledged stood at the page's end.
    var outputs: [Int: RoundKeeper.Positions] = [:]
  }

  private let stream: String
  private let deadLetters: DeadLetters
  private let onCommit: Run.Commit
  /// What keeps how far the stream has come, if it has a state.
  private let keeper: RoundKeeper?
  private let everyone: Set<Int>
  /// The outputs that still take pages.
  private var outputs: Set<Int>
  /// Pages that some outputs have acknowledged and some not, in order.
  private var waiting: [Waiting] = []
  private var isCommitting = false
  /// Where the sinks of each output stood at the end of the last committed page.
  private var committed: [Int: RoundKeeper.Positions] = [:]
  /// The pages in which outputs left.
  private var unfinished: [Page] = []

  /// What pages have told so far.
  private(set) var report: RunReport.Stream
  /// Pages that were committed, of all rounds.
  private(set) var pageCount = 0
  /// Whether some output left before its source's end.
  var endedEarly: Bool { !unfinished.isEmpty }

  init(
    of stream: String,
    outputs count: Int,
    _ deadLetters: DeadLetters,
    _ keeper: RoundKeeper?,
    _ onCommit: @escaping Run.Commit
  ) {
    self.keeper = keeper
    self.stream = stream
    self.deadLetters = deadLetters
    self.onCommit = onCommit
    everyone = Set(0..<count)
    outputs = everyone
    report = RunReport.Stream(name: stream)
  }

  /// All sinks of an output have written a page's end, and stand where they say.
  /// - Returns: Where they stood at the end of the last page that is committed.
  func acknowledge(
    _ page: Page,
    marks: UInt32,
    _ positions: RoundKeeper.Positions,
    by output: Int
  ) async throws -> RoundKeeper.Positions {
    let index = waiting.firstIndex { $0.page === page } ?? waiting.endIndex
    if index == waiting.endIndex { waiting.append(Waiting(page: page, marks: marks)) }
    waiting[index].outputs[output] = positions
    try await commitReady()
    return committed[output] ?? []
  }

  /// An output has all that it was asked for, somewhere in a page, and acknowledges no other.
  func leave(_ output: Int, in page: Page?) async throws {
    outputs.remove(output)
    if let page { unfinished.append(page) }
    try await commitReady()
  }

  /// All outputs have ended: what was refused in pages that are not whole stays refused.
  func finish() throws {
    for page in unfinished { try deadLetters.commit(page, marks: .max) }
  }

  private func commitReady() async throws {
    // Whoever is at it goes on with what has become ready meanwhile.
    guard !isCommitting else { return }
    isCommitting = true
    while let first = waiting.first, outputs.isSubset(of: first.outputs.keys) {
      waiting.removeFirst()
      report.abandonedLetters += try deadLetters.commit(first.page, marks: first.marks)
      // What did not reach an output that has left only counts.
      if everyone.isSubset(of: first.outputs.keys) { try await commit(first) }
      note(first.page)
    }
    // After an error nothing is committed any more.
    isCommitting = false
  }

  /// The one place where a page is known to be acknowledged by everyone, up to a mark; what was refused of it is
  /// durable.
  private func commit(_ waiting: Waiting) async throws {
    let (page, marks) = (waiting.page, waiting.marks)
    try await onCommit(stream, page, marks)
    let positions = waiting.outputs.sorted { $0.key < $1.key }.flatMap(\.value)
    try await keeper?.commit(page, marks: marks, positions, deadLetters: deadLetters.end)
    committed = waiting.outputs
  }

  private func note(_ page: Page) {
    pageCount = max(pageCount, page.number + 1)
    guard let learned = page.report else { return }
    report.repairedCharacters += learned.repairedCharacters
    report.keptReferences += learned.keptReferences
    report.drift += learned.drift
    if let failure = learned.failure {
      let failure = RunReport.Failure(origin: page.origin, reason: "\(failure)", marks: learned.marks)
      if page.isAskedAgain { report.askedAgain.append(failure) } else { report.failures.append(failure) }
    } else {
      report.pages += 1
    }
  }
}
