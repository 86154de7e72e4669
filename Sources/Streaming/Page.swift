internal import Synchronization

/// One answer of an API: the unit that is committed, or abandoned at its last mark.
///
/// The page travels with its batches. The decoder concludes it with what it learned; the source waits for that
/// before it asks for the next page, and the run reads it when the sinks have acknowledged the page's end.
public final class Page: Sendable {
  /// What a decoder learned from a page.
  public struct Report: Sendable {
    /// The server's clock in the answer (`RESPONSE/DATETIME`), as written.
    public var serverTime: String?
    /// Complete hosts (entries, assets) in the page.
    public var marks = 0
    /// Whether the ids of the marks grew from each to the next, so that a broken page can be resumed after the last.
    public var idsAscend = true
    /// The id of the last complete host (entry, asset).
    public var lastID: UInt64?
    /// The id of the host (entry, asset) that was at hand when the answer broke off or went wrong, if it had come.
    public var openID: UInt64?
    /// The QIDs of all entries of a KnowledgeBase answer, in order; empty for other answers.
    public var ids: [UInt64] = []
    /// The first id of the next page: `id_min` of the WARNING's URL.
    ///
    /// Nothing else of that URL is ever used.
    public var nextID: UInt64?
    /// Whether another page follows, as an assets answer says in `hasMore`; nil when it does not say so.
    public var hasMore: Bool?
    /// The id after which the next page of assets begins: `lastSeenAssetId`.
    public var lastSeenID: UInt64?
    /// The number that the WARNING carried, 1980 for "there is another page".
    public var warningCode: String?
    /// Whether the root element was closed.
    public var isComplete = false
    /// Characters that XML forbids and that were replaced by U+FFFD.
    public var repairedCharacters = 0
    /// Undefined entity references that were kept as text.
    public var keptReferences = 0
    /// Siblings of an unknown name that repeated, and other departures from the shapes we know.
    public var drift = 0
    /// Why the page was abandoned.
    public var failure: (any Error)?

    /// Creates an empty report.
    public init() {}
  }

  /// The page's number in its run, from 0.
  public let number: Int

  /// Where it came from: a file's path, or an address without its query.
  public let origin: String

  /// What tells it apart from others of its origin, as a person reads it: what was asked for, who answered.
  package let detail: String?

  /// Whether its source asks again for what a page that broke off did not give.
  package let isAskedAgain: Bool

  /// The host that the page before this one ended with: where it comes again, it has been delivered.
  package let delivered: UInt64?

  /// What the source wants back to go on behind this page, made of what the decoder learned of it; nil where it would
  /// have to begin anew.
  package let cursor: (@Sendable (Report) -> [UInt8]?)?

  private struct State {
    var report: Report?
    var transportFailure: String?
    var waiters: [Int: CheckedContinuation<Report, any Error>] = [:]
    var waiterCount = 0
  }
  private let state = Mutex(State())

  /// Creates a page that is about to be read.
  public init(number: Int, origin: String) {
    self.number = number
    self.origin = origin
    detail = nil
    isAskedAgain = false
    delivered = nil
    cursor = nil
  }

  /// Creates a page that is about to be read, and whose rest is asked for again when it breaks off.
  package init(
    number: Int,
    origin: String,
    detail: String? = nil,
    isAskedAgain: Bool,
    delivered: UInt64? = nil,
    cursor: (@Sendable (Report) -> [UInt8]?)? = nil
  ) {
    self.delivered = delivered
    self.cursor = cursor
    self.number = number
    self.origin = origin
    self.detail = detail
    self.isAskedAgain = isAskedAgain
  }

  /// What the decoder learned; nil until the page is concluded.
  public var report: Report? { state.withLock { $0.report } }

  /// Why no more bytes of this page came, when its source could not read it to its end.
  package var transportFailure: String? {
    get { state.withLock { $0.transportFailure } }
    set { state.withLock { $0.transportFailure = newValue } }
  }

  /// Waits for what the decoder learned.
  /// - Throws: `CancellationError`.
  package func concluded() async throws -> Report {
    let number = state.withLock { state in
      state.waiterCount += 1
      return state.waiterCount
    }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let result: Result<Report, any Error>? = state.withLock { state in
          if let report = state.report { return .success(report) }
          if Task.isCancelled { return .failure(CancellationError()) }
          state.waiters[number] = continuation
          return nil
        }
        if let result { continuation.resume(with: result) }
      }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: number) }?.resume(throwing: CancellationError())
    }
  }

  /// Says what was learned; called once, by the decoder, when it has seen the page's end.
  package func conclude(_ report: Report) {
    let waiters = state.withLock { state in
      state.report = report
      defer { state.waiters = [:] }
      return state.waiters.values
    }
    for waiter in waiters { waiter.resume(returning: report) }
  }
}
