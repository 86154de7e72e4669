package import Streaming

/// What can be asked of a state, also beside whoever writes it.
package protocol StateReading {
  /// What is committed under a space, in ascending order of the keys, those above `key`; at most `limit` of them.
  func entries(of space: String, after key: [UInt8]?, limit: Int) throws -> [(key: [UInt8], value: [UInt8])]

  /// What one stream has come to: nil before its first commit.
  func progress(of stream: String) throws -> StreamProgress?
}

/// Where a pipeline keeps what must outlive a process; one database by default, a shared one later.
///
/// A page is committed in one transaction, which also proves that the writer still owns the pipeline. Until then what was
/// set in it is held as ``Overlay`` holds it: keys in memory, and of values 1 MiB for a page.
package protocol StateStore: AnyObject, StateReading, Sendable {
  /// Whether a later process finds what is kept here: then what a run leaves unfinished, the next one goes on with.
  var isDurable: Bool { get }

  /// What a stage remembers, or the program itself under a name of its own.
  ///
  /// - Parameters:
  ///   - space: Who remembers, such as `assets/diff-ports`; every stream of the pipeline sees a space alike.
  ///   - stream: The stream whose pages commit what is set.
  func memory(_ space: String, of stream: String) -> any Memory

  /// Keeps values that belong to no page, such as a cache, durable when it returns.
  func store(_ entries: [(key: [UInt8], value: [UInt8])], in space: String) throws

  /// Commits a page up to `marks`: what its stages remembered, and how far the stream has come, in one transaction.
  ///
  /// Nothing of later pages is committed with it. When it throws, nothing is committed and nothing forgotten, so that it
  /// can be tried again. What is committed is as old as `progress.serverTime`.
  func commit(_ page: Page, marks: UInt32, of stream: String, progress: StreamProgress) throws

  /// Ends a round in one transaction: how far the stream has come, and values that hold from now on, such as the window
  /// of the next round.
  func finishRound(
    of stream: String,
    progress: StreamProgress,
    storing entries: [(key: [UInt8], value: [UInt8])],
    in space: String
  ) throws

  /// Ends a round as ``finishRound(of:progress:storing:in:)`` does, and forgets what is remembered of the stream, in one
  /// transaction: spaces whose names begin with its name and a slash, and in the spaces `shared` the keys that begin with
  /// its name and a zero byte.
  func forgetRounds(
    of stream: String,
    shared: [String],
    progress: StreamProgress,
    storing entries: [(key: [UInt8], value: [UInt8])],
    in space: String
  ) throws

  /// Forgets everything of pages that were not committed: after a failed or cancelled round.
  func abandon(_ stream: String) throws

  /// Forgets what was last set more than `seconds` before `time`, seconds since 1970 of the server's clock.
  ///
  /// What was set at no known time, by ``store(_:in:)`` or in a page without a server time, is as old as its first
  /// pruning.
  func prune(_ space: String, olderThan seconds: Int, at time: Int) throws
}

extension StateStore {
  package var isDurable: Bool { true }
}

/// How far a stream has come, as its run wants it back: opaque to the state.
package struct StreamProgress: Sendable, Equatable {
  /// The run's own words: where source and sinks go on, as JSON.
  package var cursor: [UInt8]
  /// Seconds since 1970 of the server's clock in the page's answer; zero when it had none.
  package var serverTime: Int

  package init(cursor: [UInt8], serverTime: Int = 0) {
    self.cursor = cursor
    self.serverTime = serverTime
  }
}
