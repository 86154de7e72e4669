package import Qualys
internal import Sinks
package import State
internal import Streaming
internal import SystemPackage

/// Moves a stream's window, so that its next round asks from a time that a person chose.
///
/// A round at hand ends where it is: what it has committed is delivered, gets its final name and stays. A kill at any
/// place leaves the stream either as it was, or reset with files that the next run gives their names.
package struct StreamReset: Sendable {
  private let plan: Plan
  private let stream: PlannedStream
  private let folder: FilePath
  private let keeping: @Sendable (any StateStore) -> any StateStore

  /// - Parameters:
  ///   - stream: One of the plan's, all of whose sinks can be made.
  ///   - keeping: May put something between the reset and its state.
  package init(
    _ stream: PlannedStream,
    of plan: Plan,
    state folder: String,
    keeping: @escaping @Sendable (any StateStore) -> any StateStore = { $0 }
  ) {
    self.plan = plan
    self.stream = stream
    self.folder = FilePath(folder)
    self.keeping = keeping
  }

  /// Resets the stream.
  ///
  /// - Parameters:
  ///   - since: Since when the next round asks.
  ///   - forgets: Whether what its stages remember goes, too, and what is in quarantine.
  /// - Returns: What a person should know; nil when all went as told.
  /// - Throws: ``StateError`` with code `inUse` while a run has the state; what the state and the disk throw.
  @concurrent
  package func run(since: Since, forgets: Bool) async throws -> String? {
    let opened = try SQLiteState(in: folder)
    if let old = stream.previousName { _ = try opened.rename(old, to: stream.name, in: Run.sharedSpaces) }
    let state = keeping(opened)
    let notice = try await moveWindow(to: since, forgets: forgets, state)
    guard let aside = opened.movedAside else { return notice }
    return "the state could not be trusted and was moved to '\(aside.path)': \(aside.reason); this is a new one"
  }

  private func moveWindow(to since: Since, forgets: Bool, _ state: any StateStore) async throws -> String? {
    let run = Run(plan, state: folder.string, cores: 1)
    do {
      var context = run.context(of: stream, state)
      // What is committed there stays to be delivered.
      context.spools = try Spools(of: [stream], in: folder, state, run.disk) { _, _, _ in }
      let running = try StreamRun(stream, in: context, limit: nil, run.settings(of: stream))
      do {
        try await running.reset(to: since, forgets: forgets)
      } catch {
        await running.discard()
        throw error
      }
      return nil
    } catch let error as UnreadableProgress {
      return try drop(error, since, forgets: forgets, state)
    } catch let error as UnrecoverableFile {
      return try drop(error, since, forgets: forgets, state)
    }
  }

  /// Lets a round go whose files cannot be found again.
  private func drop(
    _ error: any Error,
    _ since: Since,
    forgets: Bool,
    _ state: any StateStore
  ) throws -> String {
    try state.reset(stream.name, to: since, RoundProgress().stored(at: 0), forgets: forgets)
    return
      "what the round at hand has written could not be given its final name (\(error)); it stays in files that end "
      + "in .part, which the next run may take away: move them first if they are wanted"
  }
}

extension StateStore {
  /// Lets a stream's next round ask from another time, in one transaction with what is kept of the round at hand.
  ///
  /// - Parameter forgets: Whether what its stages remember goes, too, and what is in quarantine.
  func reset(_ stream: String, to since: Since, _ progress: StreamProgress, forgets: Bool) throws {
    let window = [Windows.entry(stream, since: since)]
    if forgets {
      try forgetRounds(
        of: stream,
        shared: [Quarantine.space],
        progress: progress,
        storing: window,
        in: Windows.space
      )
    } else {
      try finishRound(of: stream, progress: progress, storing: window, in: Windows.space)
    }
  }
}
