internal import Streaming

extension RunReport.Stream {
  private typealias Step = (name: String, counts: StageMeter.Counts)

  /// What does not add up, in words; empty when nothing was lost.
  package var imbalances: [String] {
    // The trunk may be ahead of an output that ended early, never behind it.
    var found = Self.imbalances(of: stages, behind: nil, mayBeAhead: outputs.allSatisfy(\.endedEarly))
    for output in outputs {
      found += Self.imbalances(of: output.stages, behind: stages.last, mayBeAhead: output.endedEarly)
      found += Self.imbalances(ofSinksOf: output, behind: output.stages.last ?? stages.last)
    }
    let rejected =
      (stages + outputs.flatMap(\.stages)).reduce(0) { $0 + $1.counts.rejected }
      + outputs.flatMap(\.sinks).reduce(0) { $0 + $1.counts.rejected }
    if !endedEarly, rejected != deadLetters + abandonedLetters {
      found.append("\(rejected) records were refused, \(deadLetters) are in the dead-letter file")
    }
    return found
  }

  /// What does not add up in stages, and between them.
  private static func imbalances(of stages: [Step], behind giver: Step?, mayBeAhead: Bool) -> [String] {
    var found: [String] = []
    for (name, counts) in stages where counts.missing != 0 {
      found.append(
        "'\(name)': \(counts.entered) in + \(counts.created) created, but \(counts.left) out, "
          + "\(counts.dropped.values.reduce(0, +)) dropped, \(counts.rejected) dead-lettered: "
          + (counts.missing > 0 ? "\(counts.missing) lost" : "\(-counts.missing) too many")
      )
    }
    let row = (giver.map { [$0] } ?? []) + stages
    for (giver, taker) in zip(row, row.dropFirst())
    where mayBeAhead ? giver.counts.left < taker.counts.entered : giver.counts.left != taker.counts.entered {
      found.append("'\(giver.name)' gave \(giver.counts.left), '\(taker.name)' took \(taker.counts.entered)")
    }
    return found
  }

  private static func imbalances(ofSinksOf output: RunReport.Output, behind giver: Step?) -> [String] {
    // Without the sums of one that ended in the middle of a batch there is nothing to compare.
    if output.endedEarly { return [] }
    var found: [String] = []
    for (name, counts) in output.sinks {
      if let giver, counts.entered != giver.counts.left {
        found.append("'\(giver.name)' gave \(giver.counts.left), '\(name)' took \(counts.entered)")
      }
      if counts.missing != 0 {
        found.append(
          "'\(name)': \(counts.entered) in, but \(counts.acknowledged) acknowledged, \(counts.rejected) "
            + "dead-lettered, \(counts.abandoned) abandoned"
        )
      }
    }
    return found
  }
}
