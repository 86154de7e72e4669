package import Health
package import Qualys
package import Streaming

/// What a run did: for every stream its balance, and what went wrong.
package struct RunReport: Sendable {
  /// What one stream did.
  package struct Stream: Sendable {
    /// Its name.
    package var name: String
    /// The sums of each stage before the stream branches, in order.
    package var stages: [(name: String, counts: StageMeter.Counts)] = []
    /// What each of its outputs did.
    package var outputs: [Output] = []
    /// Pages that were committed whole.
    package var pages = 0
    /// Pages that broke off, or held something else: what came before the last mark stands.
    package var failures: [Failure] = []
    /// Pages that broke off, and whose rest was asked for again and came.
    package var askedAgain: [Failure] = []
    /// Characters that XML forbids and that were replaced.
    package var repairedCharacters = 0
    /// References to undefined entities that were kept as text.
    package var keptReferences = 0
    /// Departures from the shapes we know.
    package var drift = 0
    /// Records that are in the dead-letter file.
    package var deadLetters = 0
    /// Dead letters of pages that broke off, after their last mark.
    package var abandonedLetters = 0
    /// Where the dead letters are.
    package var deadLetterPath: String?
    /// What was asked for in a live round: the window, and what the file leaves out.
    package var asked: String?
    /// The fields that weigh most in the lines that were weighed, and their share of them, from 0 to 1.
    package var heaviest: [(path: String, share: Double)] = []

    /// Bytes that the sinks of the output with most took, before compression: what a receiver bills.
    package var bytes: Int { outputs.flatMap(\.sinks).map(\.counts.bytes).max() ?? 0 }
    /// Lines that each sink took.
    package var lines: Int { outputs.flatMap(\.sinks).map(\.counts.acknowledged).max() ?? 0 }
    /// Whether whoever read standard output went away.
    package var readerLeft: Bool { outputs.contains(where: \.readerLeft) }
    /// Whether some output ended before the source did: a limit, or a reader that went away.
    package var endedEarly: Bool { outputs.contains(where: \.endedEarly) }
  }

  /// What one output of a stream did; a stream that does not branch has one.
  package struct Output: Sendable {
    /// Its name, or its number.
    package var name: String
    /// The sums of each stage of its own, in order.
    package var stages: [(name: String, counts: StageMeter.Counts)] = []
    /// Each sink's sums.
    package var sinks: [(name: String, counts: SinkCounts)] = []
    /// Whether whoever read standard output went away.
    package var readerLeft = false
    /// Whether it ended before its source did: a limit, or a reader that went away.
    package var endedEarly = false
  }

  /// A page that could not be read to its end.
  package struct Failure: Sendable {
    /// Where it came from.
    package let origin: String
    /// Why, in words.
    package let reason: String
    /// Complete hosts that stand.
    package let marks: Int
  }

  /// A stream that ended before its round did: what it has delivered stands, and the next run goes on behind it.
  package struct Failed: Sendable {
    package let stream: String
    package let error: any Error
    package let errorClass: ErrorClass
    /// Pages that stand.
    package let pages: Int
  }

  /// The pipeline's name.
  package let pipeline: String
  /// Whether nothing was written: sinks and dead letters were only counted.
  package let isRehearsal: Bool
  /// What a person should know of that is no stream's own.
  package var notices: [String] = []
  /// Streams that failed, of a live run.
  package var failed: [Failed] = []
  /// Where a live run was told to end: the stream, and its pages that stand.
  package var interrupted: (stream: String, pages: Int)?
  /// What happened on the way, in brief.
  package var events: [EventSummary.Entry] = []
  /// The calls that went out to Qualys, by API; none in a replay.
  package var calls: [(api: API, count: Int)] = []
  /// Every stream that ran to its end.
  package var streams: [Stream] = []
  /// How long it took.
  package var duration: Duration = .zero

  /// Whether every record is accounted for.
  package var isBalanced: Bool { streams.allSatisfy { $0.imbalances.isEmpty } }
  /// Whether some page could not be read to its end.
  package var hasFailures: Bool { streams.contains { !$0.failures.isEmpty } }
}
