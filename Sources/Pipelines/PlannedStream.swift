package import Qualys
package import Records
internal import Sinks
package import State
package import Streaming

/// A stream of a checked pipeline: its ports fit, its options are read, nothing runs yet.
package struct PlannedStream: Sendable {
  /// The stream's name.
  package let name: String
  /// How often `serve` runs it.
  package let interval: Duration?
  /// The stream that it starts behind.
  package let predecessor: String?
  /// Since when its first round asks, when the file says it.
  package let beginning: Since?
  /// How often it asks for everything anew; nil for never.
  package let fullPulls: Duration?
  /// The name that it had before.
  package let previousName: String?
  /// Where it begins.
  package let source: PlannedComponent
  /// The API of Qualys that the source calls; nil for one that reads files.
  package let api: API?
  /// What it passes through before it branches, if it does.
  package let trunk: PlannedStages
  /// Where it ends; several when it branches, and one alone has no stages: they are all in the trunk.
  package let outputs: [PlannedOutput]

  let start: (port: Port, make: (@Sendable (StreamContext) -> AnyFlow)?)

  /// What it passes through before it branches, in order.
  package var stages: [PlannedComponent] { trunk.components }
  /// What flows out of the source, and then out of each of these stages.
  package var ports: [Port] { [start.port] + trunk.ports }
  /// Where it ends, in all outputs.
  package var sinks: [PlannedComponent] { outputs.flatMap(\.sinks) }
  /// Whether it needs a state: its source calls Qualys or reads events, or a stage remembers.
  package var needsState: Bool {
    api != nil || givesHealthEvents || trunk.remembers || outputs.contains(where: \.branch.remembers)
  }
  /// Whether it gives the health events that the state keeps.
  package var givesHealthEvents: Bool { source.component.name == HealthEventPages.component.name }
  /// Whether it calls Qualys: its source, or a stage.
  package var callsQualys: Bool {
    api != nil || trunk.callsQualys || outputs.contains(where: \.branch.callsQualys)
  }
  /// Whether a first round must be told since when to ask: not where it asks for entries of known QIDs.
  package var needsBeginning: Bool {
    api != nil && (api != .knowledgeBase || source.options.texts("qids") == [KnowledgeBaseSource.everyWord])
  }
  /// Whether it gives the KnowledgeBase entries of what other streams detected.
  package var followsDetections: Bool {
    api == .knowledgeBase && source.options.texts("qids") == [KnowledgeBaseSource.detectedWord]
  }
  /// Whether it ends in several outputs.
  package var isBranched: Bool { outputs.count > 1 }
  /// Whether all options are known: false when a `${NAME}` was not found, or not looked for.
  package var isComplete: Bool { start.make != nil && trunk.isComplete && outputs.allSatisfy(\.isComplete) }

  /// Connects the source and the trunk's stages; nothing is read before the flow is iterated.
  ///
  /// - Precondition: Its source and stages are complete. They are when the plan was checked with `requiresSecrets`.
  /// - Parameters:
  ///   - context: What the run lends to the stream.
  ///   - meters: Gives the meter of each stage, by its number from 0 and its name.
  ///   - edge: May put an operator, such as a buffer, behind the source (0) and behind each stage (from 1).
  package func flow(
    in context: StreamContext,
    meters: (_ index: Int, _ name: String) -> StageMeter,
    edge: (_ index: Int, _ flow: AnyFlow) -> AnyFlow = { _, flow in flow }
  ) -> AnyFlow {
    guard let make = start.make else { preconditionFailure("the source of stream '\(name)' is not complete") }
    var context = context
    if api == nil { context.readsFiles = true }
    return trunk.connect(edge(0, make(context)), in: context, meters: meters) { edge($0 + 1, $1) }
  }

  /// Forgets what the stream's stages have kept as long as they were told to; called when a round has ended well.
  ///
  /// - Parameter time: Seconds since 1970 of the server's clock in the round.
  package func prune(_ state: any StateStore, at time: Int) throws {
    try trunk.prune(state, stream: name, prefix: "", at: time)
    for output in outputs { try output.branch.prune(state, stream: name, prefix: "\(output.name)/", at: time) }
  }
}

/// An end of a stream: stages of its own, if it is one of several, and sinks.
package struct PlannedOutput: Sendable {
  /// Its name, or its number from 1.
  package let name: String
  /// Where it stands.
  package let location: Location
  /// What it passes through behind the trunk.
  package let branch: PlannedStages
  /// Where it ends.
  package let sinks: [PlannedComponent]

  /// The pipeline file as messages call it.
  let file: String
  let makers: [@Sendable (Options, StreamContext) throws -> any Sink<Line>]
  let destinations: [@Sendable (Options) -> String?]
  let isComplete: Bool

  /// What it passes through behind the trunk, in order.
  package var stages: [PlannedComponent] { branch.components }
  /// What flows out of each of these stages.
  package var ports: [Port] { branch.ports }

  /// Puts its stages behind what the trunk gives.
  package func flow(
    behind trunk: AnyFlow,
    in context: StreamContext,
    meters: (_ index: Int, _ name: String) -> StageMeter,
    edge: (_ index: Int, _ flow: AnyFlow) -> AnyFlow = { _, flow in flow }
  ) -> Flow<Line> {
    branch.connect(trunk, in: context, prefix: "\(name)/", meters: meters, edge: edge).open(as: Line.self)
  }

  /// Where a sink would put lines, as a person should see it; opens nothing, and needs no secret.
  package func destination(ofSink index: Int, _ context: StreamContext) -> String {
    let sink = sinks[index]
    if let known = destinations[index](sink.options) { return known }
    guard let name = sink.component.principal, let written = sink.settings.first(where: { $0.name == name })?.value
    else { return sink.name }
    // What came from outside is not shown.
    return context.filled(written.contains("${") ? written : sink.options.text(name) ?? written)
  }

  /// Makes the sinks, in the file's order; opens what they write to.
  ///
  /// - Throws: A ``Diagnostic`` when a sink cannot use one of its options, else whatever the sink throws. Sinks that
  ///   were made before it are left to themselves: they hold nothing open until they are written to.
  package func makeSinks(_ context: StreamContext) throws -> [any Sink<Line>] {
    try sinks.indices.map { number in
      if let spool = context.spools?.spool(of: context.stream, name, number) {
        return SpooledSink(spool, for: destination(ofSink: number, context))
      }
      return try makeSink(number, context)
    }
  }

  /// Makes one of the sinks, whether it has a spool or not.
  func makeSink(_ number: Int, _ context: StreamContext) throws -> any Sink<Line> {
    let sink = sinks[number]
    do {
      return try makers[number](sink.options, context)
    } catch let error as OptionError {
      var finding = Diagnostic(.error, "'\(sink.name)': \(error.description)", at: sink.location, help: error.help)
      finding.file = file
      throw finding
    }
  }
}
