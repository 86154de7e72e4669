package import Records
package import Streaming

/// A stream of a checked pipeline: its ports fit, its options are read, nothing runs yet.
package struct PlannedStream: Sendable {
  /// The stream's name.
  package let name: String
  /// How often `serve` runs it.
  package let interval: Duration?
  /// The stream that it starts behind.
  package let predecessor: String?
  /// Where it begins.
  package let source: PlannedComponent
  /// What it passes through, in order.
  package let stages: [PlannedComponent]
  /// Where it ends.
  package let sinks: [PlannedComponent]
  /// What flows out of the source, and then out of each stage.
  package let ports: [Port]

  /// The pipeline file as messages call it.
  let file: String
  let start: (@Sendable (StreamContext) -> AnyFlow)?
  let connections: [Registry.Connection?]
  let makers: [@Sendable (Options, StreamContext) throws -> any Sink<Line>]

  /// Whether all options are known: false when a `${NAME}` was not found, or not looked for.
  package let isComplete: Bool

  /// Connects the source and the stages; nothing is read before the flow is iterated.
  ///
  /// - Precondition: The stream is complete. It is when its plan was checked with `requiresSecrets`.
  /// - Parameters:
  ///   - context: What the run lends to the stream.
  ///   - meters: Gives the meter of each stage, by its number from 0 and its name.
  ///   - edge: May put an operator, such as a buffer, behind the source (0) and behind each stage (from 1).
  package func flow(
    in context: StreamContext,
    meters: (_ index: Int, _ name: String) -> StageMeter,
    edge: (_ index: Int, _ flow: AnyFlow) -> AnyFlow = { _, flow in flow }
  ) -> Flow<Line> {
    guard isComplete, let start else { preconditionFailure("stream '\(name)' is not complete") }
    var flow = edge(0, start(context))
    for (index, connect) in connections.enumerated() {
      guard let connect else { preconditionFailure("stage '\(stages[index].name)' is not complete") }
      let name = stages[index].name
      let before = stages[..<index].count { $0.name == name }
      let place = before == 0 ? name : "\(name)-\(before + 1)"
      flow = edge(index + 1, connect(flow, meters(index, name), context, place))
    }
    return flow.open(as: Line.self)
  }

  /// Makes the sinks, in the file's order; opens what they write to.
  ///
  /// - Throws: A ``Diagnostic`` when a sink cannot use one of its options, else whatever the sink throws. Sinks that
  ///   were made before it are left to themselves: they hold nothing open until they are written to.
  package func makeSinks(_ context: StreamContext) throws -> [any Sink<Line>] {
    try zip(sinks, makers).map { sink, make in
      do {
        return try make(sink.options, context)
      } catch let error as OptionError {
        var finding = Diagnostic(.error, "'\(sink.name)': \(error.description)", at: sink.location, help: error.help)
        finding.file = file
        throw finding
      }
    }
  }
}
