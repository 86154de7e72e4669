internal import Qualys
internal import Sinks

/// A pipeline file: what it says, and where; its components are words, not looked up yet.
struct PipelineFile: Sendable {
  /// A stream.
  struct Stream: Sendable {
    var name: String
    var location: Location
    var interval: Duration?
    var predecessor: WrittenText?
    var times = Times()
    /// The name that it had before.
    var previousName: WrittenText?
    var source: ComponentUse?
    var stages: [ComponentUse] = []
    var outputs: [Output] = []
  }

  /// When a stream asks for everything; for all streams, or for one.
  struct Times: Sendable {
    /// Since when a first round asks.
    var beginning: Since?
    /// How often everything is asked for anew; zero for never, nil for what the file says for all.
    var fullPulls: Duration?

    /// These, and where they say nothing, others.
    func over(_ others: Times) -> Times {
      Times(beginning: beginning ?? others.beginning, fullPulls: fullPulls ?? others.fullPulls)
    }
  }

  /// A branch at a stream's end.
  struct Output: Sendable {
    /// Its name, or its number from 1.
    var name: String
    var location: Location
    var stages: [ComponentUse] = []
    var sinks: [ComponentUse]
  }

  var name: String
  var names: WrittenText?
  var qualys: QualysSettings?
  /// The platform of `qualys`, and where it stands.
  var platform: WrittenText?
  /// Where `qualys` stands, and each of its `versions`.
  var qualysLocation: Location?
  var versions: [String: Location] = [:]
  var replay: WrittenText?
  var state: WrittenText?
  var events: WrittenText?
  var capture: CaptureSettings?
  /// The folder of `capture`.
  var captureFolder: WrittenText?
  var deadLetters: WrittenText?
  var deadLetterLimits: DeadLetters.Limits?
  /// How many bytes are to stay free.
  var reserve: Int?
  var streams: [Stream] = []
}

extension PipelineFile {
  /// The keys of a file, in the order in which one writes them, each with what it is for.
  static let keys: [(name: String, summary: String)] = [
    ("name", "The pipeline's name, which keys its state; the file's own name when left out."),
    ("names", "Whose names are written: sumo (Sumo Logic's, the default) or qualys."),
    ("qualys", "How Qualys is reached."),
    ("replay", "A capture that answers in Qualys' place, relative to this file."),
    (
      "dead-letters",
      "The file for records that a stage or sink refused for ever, or { file: …, keep: 30d, max: 1GiB }; all are kept by default."
    ),
    ("state", "The folder that keeps what must outlive a run, relative to this file; the user's own when left out."),
    ("events", "The file for health events; events.jsonl in the state's folder when left out."),
    (
      "reserve",
      "How much is to stay free where live runs write: below it they wait before they ask Qualys. 1GiB by default; 0 for none."
    ),
    ("start", "Since when a first round asks: all, or a time such as 2026-11-01 or 2026-11-01T06:00:00Z."),
    ("full", "How often everything is asked for anew: never (the default), weekly, monthly, or a time such as 14d."),
    ("capture", "Whether live runs keep answers as they came, and how long: { on: error, keep: 24h, max: 1GiB }."),
    ("sinks", "Where streams end that have no sinks of their own."),
    ("streams", "The streams, by name."),
  ]

  /// The keys of a stream.
  static let streamKeys: [(name: String, summary: String)] = [
    ("every", "How often 'serve' runs the stream: 30s, 5m, 1h; 'run' does one round now."),
    ("after", "The stream of this file that it starts behind."),
    ("start", "Since when its first round asks, instead of what the file says for all."),
    ("full", "How often it asks for everything anew, instead of what the file says for all."),
    ("previously", "The name that it had before: it goes on with that one's state."),
    ("source", "Where it begins."),
    ("stages", "What it passes through, in order."),
    ("sinks", "Where it ends."),
    ("outputs", "Several ends, each with stages of its own."),
  ]

  /// The keys of an output.
  static let outputKeys: [(name: String, summary: String)] = [
    ("name", "Its name in reports, and what {output} stands for in paths; its number, from 1, when left out."),
    ("stages", "What it passes through besides, in order."),
    ("sinks", "Where it ends; the file's own sinks when left out."),
  ]

  /// The keys of `qualys`.
  static let qualysKeys: [(name: String, summary: String)] = [
    ("platform", "The platform of the subscription, such as US2."),
    ("server", "The API server, instead of a platform."),
    ("gateway", "The gateway of the asset API, instead of a platform."),
    ("username", "The user's name."),
    ("password", "The user's password, as ${QUALYS_PASSWORD}."),
    ("versions", "Versions of endpoints, by source, instead of ours."),
    ("ca-file", "Certificates (PEM) to trust besides the system's, relative to this file."),
    ("client-certificate", "The certificate (PEM) by which we are known, relative to this file."),
    ("client-key", "Its key (PEM), relative to this file."),
    ("leave", "The share of the calls that Qualys allows which is left for others: 25% by default."),
    ("connections", "How many calls may be under way at once; as many as Qualys allows, less one, when left out."),
  ]

  /// The keys of `versions`: the APIs, and the list of hosts that ranges and counts are made of.
  static let versionKeys = API.allCases.map(\.rawValue)

  /// The keys of `capture`.
  static let captureKeys: [(name: String, summary: String)] = [
    ("on", "Which answers are kept: those of trouble and the one before each (error, the default), or all (always)."),
    ("keep", "How long: 24h by default."),
    ("max", "How many bytes of them: the oldest captures are removed while there are more; any number by default."),
    ("folder", "Where, relative to this file; captures in the state's folder when left out."),
  ]

  /// The keys of `dead-letters`.
  static let deadLetterKeys: [(name: String, summary: String)] = [
    ("file", "The file; dead-letters/NAME.jsonl when left out."),
    (
      "keep",
      "How long letters are kept at least; they are removed with the file that they were set aside in, NAME.jsonl.1."
    ),
    ("max", "How many bytes of them, those of one round more."),
  ]

  /// What stays free when the file does not say: 1 GiB.
  static let usualReserve = 1 << 30

  /// What can be kept.
  static let captureOccasions = CaptureSettings.Occasion.allCases.map(\.rawValue)

  /// The keys of the file that a stream can have, too.
  static let sharedKeys = ["sinks", "start", "full"]

  /// Whose names can be written.
  static let namings = ["sumo", "qualys"]
}
