internal import Records
package import Streaming

/// A run that leaves nothing behind: sinks only count, dead letters are only counted, the state is a copy that goes.
///
/// Everything else is the same code, so that what is seen is what a run does. For the implementer: streams run one
/// after another, the outputs of one at once.
package protocol Rehearsal: Sendable {
  /// A stream begins a round, by its number and the server's time at its beginning, seconds since 1970.
  func begin(round: Int, at time: Int, of stream: PlannedStream)

  /// Puts an operator on an edge; `meter` is that of the stage before it, nil behind a source or a trunk.
  func watch(_ flow: AnyFlow, at edge: Edge, behind meter: StageMeter?) -> AnyFlow

  /// A stage refused a record, before the batch that it came in passes the edge.
  func refused(_ rejection: Rejection, before edge: Edge)

  /// A sink has counted lines of a page that stand, by their kind.
  func counted(_ tallies: [String: LineTally], by sink: Int, ofOutput output: Int, in stream: String)
}

extension Rehearsal {
  package func begin(round: Int, at time: Int, of stream: PlannedStream) {}
  package func watch(_ flow: AnyFlow, at edge: Edge, behind meter: StageMeter?) -> AnyFlow { flow }
  package func refused(_ rejection: Rejection, before edge: Edge) {}
  package func counted(_ tallies: [String: LineTally], by sink: Int, ofOutput output: Int, in stream: String) {}
}

/// A rehearsal that watches nothing: its balance is all there is to see.
package struct DryRun: Rehearsal {
  package init() {}
}

/// A place between two stages of a running stream.
package struct Edge: Hashable, Sendable {
  /// The stream's name.
  package let stream: String
  /// The number of the output, from 0; nil in the trunk.
  package let output: Int?
  /// Stages of the trunk, or of the output, before it: 0 behind the source, or where an output begins.
  package let index: Int
}

/// Lines, and what they take.
package struct LineTally: Sendable, Equatable {
  package var lines = 0
  /// Bytes with newlines.
  package var bytes = 0
  /// The longest, with its newline.
  package var largest = 0

  package init() {}

  package mutating func add(_ other: LineTally) {
    lines += other.lines
    bytes += other.bytes
    largest = max(largest, other.largest)
  }

  mutating func add(_ line: Line) {
    lines += 1
    bytes += line.byteCount + 1
    largest = max(largest, line.byteCount + 1)
  }
}
