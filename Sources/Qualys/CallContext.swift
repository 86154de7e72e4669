package import Health
package import State

/// What a source needs to call Qualys: how, for whom, and as of when.
package struct CallContext: Sendable {
  /// How requests reach Qualys.
  package var transport: any Transport
  /// What makes calls ahead below that transport, where several ranges of hosts may be asked for at once.
  package var readAhead: ReadAheadTransport?
  /// Where QIDs and the KnowledgeBase's versions are kept.
  package var state: any StateStore
  /// The stream's name.
  package var stream: String
  /// The number of the first page of this round: pages are counted from the beginning of the run.
  package var firstPage: Int
  /// Versions of endpoints, by the word of their source.
  package var versions: [String: String]
  /// The time, seconds since 1970: the clock's, or in a replay the capture's.
  package var now: @Sendable () -> Int
  /// Where a round that was not finished goes on: what ``Page/cursor`` gave of its last committed page; nil to begin one.
  package var cursor: [UInt8]?
  /// From when on this round asks, whatever the window says; nil to go by the window.
  package var since: Since?
  /// Whether a stream without a window must be told where to begin.
  package var needsBeginning = false
  /// Whether the run is to end: no further page is asked for.
  package var isStopping: @Sendable () -> Bool = { false }
  /// Told the server's clock of the answers.
  package var clock = AnswerClock()
  /// Takes what a person should know.
  package var events: any EventRecorder = NoEvents()
  /// Called when an answer was read and not understood, before anything else is asked.
  package var onBadPage: @Sendable () -> Void = {}
  /// Calls that may fail one after another before the round is given up.
  package var attempts = 30
  /// A number from 0 up to 1, so that many that wait do not all come back at once.
  package var jitter: @Sendable () -> Double

  package init(
    transport: any Transport,
    state: any StateStore,
    stream: String,
    firstPage: Int = 0,
    versions: [String: String] = [:],
    now: @escaping @Sendable () -> Int = { 0 },
    jitter: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
  ) {
    self.transport = transport
    self.state = state
    self.stream = stream
    self.firstPage = firstPage
    self.versions = versions
    self.now = now
    self.jitter = jitter
  }

  /// Tells a person about this stream.
  var notices: StreamNotices { StreamNotices(stream, events) }

  /// The version of an endpoint: the file's, else the one that Qualys supports.
  func version(of api: API) -> String { api.version(in: versions) }

  /// How long to wait before asking again, in seconds: what Qualys said, else full jitter up to five minutes.
  func seconds(toWaitFor remedy: Refusal.Remedy, failures: Int) -> Double {
    switch remedy {
    case .person: 0
    case .wait(let seconds): Double(seconds) * (1 + 0.05 * jitter())
    case .waitForOthers: 10 + 20 * jitter()
    case .again: jitter() * min(300, Double(1 << min(failures, 9)))
    }
  }
}
