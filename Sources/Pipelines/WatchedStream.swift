package import Streaming

/// What a round of a stream goes through, for whoever watches it: meters count while it runs.
package struct WatchedStream: Sendable {
  package let stream: String
  /// Those of the stages before the stream branches, in order.
  package let stages: [StageMeter]
  /// Where it ends: stages of its own, and the names of its sinks.
  package let outputs: [(name: String, stages: [StageMeter], sinks: [String])]
}
