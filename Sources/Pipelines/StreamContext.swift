package import Health
package import Qualys
package import State
package import Streaming

/// What a run lends to the parts of one stream.
package struct StreamContext: Sendable {
  /// The pipeline's name.
  package var pipeline: String
  /// The stream's name.
  package var stream: String
  /// The output's name or number, for the parts of one.
  package var output = "1"
  /// How many cores the run may use.
  package var cores: Int
  /// Whether answers are saved ones, in files: their bytes wait for whoever reads them.
  package var readsFiles = false
  /// Where stages remember, and sources keep how far they have come; nil for a stream that needs neither.
  package var state: (any StateStore)?
  /// How Qualys is reached; nil for a stream that does not call it.
  package var transport: (any Transport)?
  /// What makes calls ahead below that, where several may run at once.
  package var readAhead: ReadAheadTransport?
  /// Versions of endpoints, by the word of their source.
  package var versions: [String: String] = [:]
  /// The number of the round's first page: pages are counted from the beginning of the run.
  package var firstPage = 0
  /// Where the source goes on with a round that was not finished; nil to begin one.
  package var cursor: [UInt8]?
  /// Since when the source asks in this round, instead of the window that the state holds.
  package var since: Since?
  /// Whether a source without a window must be told where to begin, as in a live run.
  package var needsBeginning = false
  /// Says that the run is to end; nil for one that is only ever cancelled.
  package var stop: StopSignal?
  /// Whether what passes is waited out for ever: Qualys, and servers that logs are sent to.
  package var waits = false
  /// How long a sink may try by itself before it says that it cannot; nil for as long as its options say.
  ///
  /// Where a run waits, whoever looks at it must hear what it waits for, and a call of Qualys must not stay open for it.
  var patience: Duration? { waits ? .seconds(60) : nil }
  /// What stands between the stream and sinks that have a spool; nil where they are written to directly.
  var spools: Spools?
  /// Told the server's clock of the answers to the source in this round.
  package var clock = AnswerClock()
  /// Whose data it is, as events say it.
  package var account = "private"
  /// Takes what a person should know.
  package var events: any EventRecorder = NoEvents()
  /// Called when an answer of Qualys was read and not understood.
  package var onBadPage: @Sendable () -> Void = {}
  /// The time, seconds since 1970: the clock's, or in a replay the capture's.
  package var now: @Sendable () -> Int
  /// Takes a record that a sink refuses for ever, before the sink acknowledges its page: it becomes a dead letter.
  package var reject: Reject

  /// Takes a refused record of a page.
  package typealias Reject =
    @Sendable (_ record: any Record, _ sink: String, _ reason: String, _ page: Page) throws -> Void

  /// Describes a stream's run to its parts.
  package init(
    pipeline: String,
    stream: String,
    cores: Int = 1,
    state: (any StateStore)? = nil,
    transport: (any Transport)? = nil,
    now: @escaping @Sendable () -> Int = { 0 },
    reject: @escaping Reject = { _, sink, _, _ in preconditionFailure("'\(sink)' refuses a record, and nobody takes it")
    }
  ) {
    self.pipeline = pipeline
    self.stream = stream
    self.cores = cores
    self.state = state
    self.transport = transport
    self.now = now
    self.reject = reject
  }

  /// A sink's path with {pipeline}, {stream} and {output} filled in.
  func filled(_ path: String) -> String {
    path.replacing("{pipeline}", with: pipeline).replacing("{stream}", with: stream)
      .replacing("{output}", with: output)
  }

  /// What a part needs to call Qualys.
  ///
  /// - Precondition: The run lends a transport and a state. It does to streams whose plan says that they call Qualys.
  var calls: CallContext {
    guard let transport, let state else { preconditionFailure("stream '\(stream)' calls Qualys, and cannot") }
    var calls = CallContext(
      transport: transport,
      state: state,
      stream: stream,
      firstPage: firstPage,
      versions: versions,
      now: now
    )
    calls.readAhead = readAhead
    calls.cursor = cursor
    calls.since = since
    calls.needsBeginning = needsBeginning
    calls.events = events
    calls.onBadPage = onBadPage
    if waits { calls.attempts = .max }
    return calls
  }

  /// What the source needs to call Qualys: its pages end when the run is to end.
  var callsOfSource: CallContext {
    var calls = calls
    calls.clock = clock
    if let stop { calls.transport = StoppingTransport(base: calls.transport, stop: stop) }
    return calls
  }
}
