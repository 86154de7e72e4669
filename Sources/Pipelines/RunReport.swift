package import Streaming

/// What a run did: for every stream its balance, and what went wrong.
package struct RunReport: Sendable {
  /// What one stream did.
  package struct Stream: Sendable {
    /// Its name.
    package var name: String
    /// Each stage's sums, in order.
    package var stages: [(name: String, counts: StageMeter.Counts)] = []
    /// Each sink's sums.
    package var sinks: [(name: String, counts: SinkCounts)] = []
    /// Pages that were committed whole.
    package var pages = 0
    /// Pages that broke off, or held something else: what came before the last mark stands.
    package var failures: [Failure] = []
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
    /// Records that `--limit` left out of the last batch.
    package var beyondLimit = 0
    /// Whether whoever read standard output went away.
    package var readerLeft = false
    /// Whether the stream ended before its source did: a limit, or a reader that went away.
    package var endedEarly = false

    /// What does not add up, in words; empty when nothing was lost.
    package var imbalances: [String] {
      var found: [String] = []
      for (name, counts) in stages where counts.missing != 0 {
        found.append(
          "'\(name)': \(counts.entered) in + \(counts.created) created, but \(counts.left) out, "
            + "\(counts.dropped.values.reduce(0, +)) dropped, \(counts.rejected) dead-lettered: "
            + (counts.missing > 0 ? "\(counts.missing) lost" : "\(-counts.missing) too many")
        )
      }
      for (giver, taker) in zip(stages, stages.dropFirst())
      where endedEarly ? giver.counts.left < taker.counts.entered : giver.counts.left != taker.counts.entered {
        found.append("'\(giver.name)' gave \(giver.counts.left), '\(taker.name)' took \(taker.counts.entered)")
      }
      for (name, counts) in sinks {
        if let last = stages.last, !endedEarly, counts.entered + beyondLimit != last.counts.left {
          found.append("'\(last.name)' gave \(last.counts.left), '\(name)' took \(counts.entered)")
        }
        if counts.missing != 0, !endedEarly {
          found.append(
            "'\(name)': \(counts.entered) in, but \(counts.acknowledged) acknowledged, \(counts.rejected) "
              + "dead-lettered, \(counts.abandoned) abandoned"
          )
        }
      }
      let rejected = stages.reduce(0) { $0 + $1.counts.rejected } + sinks.reduce(0) { $0 + $1.counts.rejected }
      if !endedEarly, rejected != deadLetters + abandonedLetters {
        found.append("\(rejected) records were refused, \(deadLetters) are in the dead-letter file")
      }
      return found
    }
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

  /// The pipeline's name.
  package let pipeline: String
  /// Every stream that ran.
  package var streams: [Stream] = []
  /// How long it took.
  package var duration: Duration = .zero

  /// Whether every record is accounted for.
  package var isBalanced: Bool { streams.allSatisfy { $0.imbalances.isEmpty } }
  /// Whether some page could not be read to its end.
  package var hasFailures: Bool { streams.contains { !$0.failures.isEmpty } }
}
