/// How a service stands at one moment: what `/status`, the page and `sluice top` show.
///
/// Times are seconds since 1970, durations seconds. As JSON its keys are the names here; what is nil is left out.
package struct ServiceStatus: Codable, Sendable, Equatable {
  package var version: String
  package var process: Int
  /// When it began to run.
  package var started: Int
  /// When this was true.
  package var now: Int
  /// Bytes of memory that are resident.
  package var memory: Int
  /// In the order of the command line.
  package var pipelines: [Pipeline] = []

  package init(version: String, process: Int, started: Int, now: Int, memory: Int) {
    self.version = version
    self.process = process
    self.started = started
    self.now = now
    self.memory = memory
  }

  /// One pipeline file.
  package struct Pipeline: Codable, Sendable, Equatable {
    package var name: String
    package var file: String
    /// Why a changed file was refused: the pipeline runs as it was before.
    package var problem: String?
    /// In the file's order.
    package var streams: [Stream] = []
    /// What answers told of the subscription's limits, an entry for each API that was asked.
    package var rates: [Rate] = []

    package init(name: String, file: String) {
      self.name = name
      self.file = file
    }
  }

  /// How many calls an API of Qualys still allows.
  package struct Rate: Codable, Sendable, Equatable {
    /// `detections`, `knowledge-base` or `assets`.
    package var api: String
    /// Calls in a window, and those that are left in this one.
    package var limit: Int
    package var left: Int
    /// The window's length.
    package var window: Int
    /// How many may run at once.
    package var concurrency: Int

    package init(api: String, limit: Int, left: Int, window: Int, concurrency: Int) {
      self.api = api
      self.limit = limit
      self.left = left
      self.window = window
      self.concurrency = concurrency
    }
  }

  /// The colour of a stream.
  package enum Health: String, Codable, Sendable, CaseIterable {
    case green, yellow, red
  }

  /// One stream of a pipeline.
  package struct Stream: Codable, Sendable, Equatable {
    package var name: String
    /// Its `LogType`: `vulnerabilityLogs`, `knowledgeBaseLogs`, `assetInventory`; empty for what is none of them.
    package var logType: String
    /// Where it stands, and since when.
    package var state: StreamState
    package var stateSince: Int
    package var health: Health
    /// Open troubles.
    package var errors = 0
    package var warnings = 0
    /// What is wrong, and what to do about it; nil when nothing is.
    package var message: String?
    /// `ThirdPartyConfig`, `ThirdPartyGeneric` or `FirstPartyGeneric`.
    package var errorClass: String?
    /// The number of the try that failed last, and when the next one is.
    package var attempt: Int?
    package var nextTry: Int?
    /// What is waited for within a round, and until when.
    package var waitingFor: String?
    package var waitingUntil: Int?
    /// How often a round begins; nil for a stream that follows another.
    package var every: Int?
    /// The stream that it starts behind.
    package var follows: String?
    /// The round at hand.
    package var round: Round?
    /// The last round that was finished.
    package var last: Round?
    /// When the next round begins; nil while one runs, and while nothing is tried.
    package var next: Int?
    /// How old what was collected is: since the beginning of the round that gave it.
    package var behind: Int?
    /// Records of the round at hand that wait between two stages, or before the sinks.
    package var queued = 0
    /// Rounds that were finished since the service began.
    package var rounds = 0
    /// Since the service began.
    package var counts = Counts()
    /// What went through each stage since the service began, in order: first the source, whose answers are pages.
    package var stages: [Stage] = []
    /// Where the stream ends.
    package var outputs: [Output] = []

    package init(name: String, logType: String, state: StreamState, stateSince: Int, health: Health) {
      self.name = name
      self.logType = logType
      self.state = state
      self.stateSince = stateSince
      self.health = health
    }
  }

  /// A round, at hand or finished.
  package struct Round: Codable, Sendable, Equatable {
    package var began: Int
    package var ended: Int?
    /// Pages that are committed.
    package var pages = 0
    /// Lines that the sinks took.
    package var lines = 0

    package init(began: Int) { self.began = began }
  }

  /// Sums since the service began.
  package struct Counts: Codable, Sendable, Equatable {
    /// Records that came in, and lines that went out.
    package var recordsIn = 0
    package var recordsOut = 0
    /// Records that stages left out on purpose.
    package var filtered = 0
    package var deadLettered = 0
    /// Bytes of the lines that went out.
    package var bytesOut = 0
    /// Characters that XML forbids and that were replaced.
    package var repairedCharacters = 0
    /// Pages that are committed.
    package var pages = 0
    /// Tries that followed a failure, by the failure's class.
    package var retries: [String: Int] = [:]

    package init() {}
  }

  /// The source or a stage.
  package struct Stage: Codable, Sendable, Equatable {
    package var name: String
    package var entered: Int
    package var left: Int

    package init(name: String, entered: Int, left: Int) {
      self.name = name
      self.entered = entered
      self.left = left
    }
  }

  /// An end of a stream: stages of its own, if it is one of several, and sinks.
  package struct Output: Codable, Sendable, Equatable {
    package var name: String
    package var stages: [Stage] = []
    package var sinks: [Sink] = []

    package init(name: String) { self.name = name }
  }

  package struct Sink: Codable, Sendable, Equatable {
    package var name: String
    /// Lines and bytes that it took.
    package var lines: Int
    package var bytes: Int
    /// What waits for it on disk; nil for one without a spool.
    package var spool: Spool?

    package init(name: String, lines: Int, bytes: Int) {
      self.name = name
      self.lines = lines
      self.bytes = bytes
    }
  }

  /// What waits on disk for a sink.
  package struct Spool: Codable, Sendable, Equatable {
    /// Lines that the sink does not have.
    package var lines: Int
    /// Bytes on disk, and how many there may be.
    package var bytes: Int
    package var limit: Int
    /// Whether it is full, so that the stream waits.
    package var isFull: Bool
    /// Since when the sink takes nothing, and why; nil when it does.
    package var downSince: Int?
    package var message: String?

    package init(lines: Int, bytes: Int, limit: Int, isFull: Bool = false) {
      self.lines = lines
      self.bytes = bytes
      self.limit = limit
      self.isFull = isFull
    }
  }
}
