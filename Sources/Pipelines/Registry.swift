internal import AsyncAlgorithms
package import Qualys
package import Records
internal import Sinks
internal import Stages
internal import State
public import Streaming

/// The components that pipeline files may name: a value, and the table of contents of a program.
///
/// `Registry.standard` holds what comes with Sluice. A program of your own registers a stage more:
/// ```swift
/// var registry = Registry.standard
/// registry.register(MaskAddresses.self)
/// ```
/// Registering the same name twice for the same records is a programming error and traps.
public struct Registry: Sendable {
  /// A source, ready to be made from options.
  package struct SourceVariant: Sendable {
    /// What it says about itself.
    package let component: Component
    /// What it gives.
    package let output: Port
    /// The word of option `as` that asks for this variant.
    package let word: String?
    /// The API of Qualys that it calls; nil for one that reads files.
    package let api: API?
    let make: @Sendable (Options) throws(OptionError) -> @Sendable (StreamContext) -> AnyFlow
  }

  /// A stage for one kind of record, ready to be made from options.
  package struct StageVariant: Sendable {
    /// What it says about itself.
    package let component: Component
    /// What it takes.
    package let input: Port
    /// What it gives.
    package let output: Port
    /// Whether it needs a state to remember in.
    let remembers: Bool
    /// Whether it calls Qualys.
    var callsQualys = false
    let make: @Sendable (Options) throws(OptionError) -> Connection
  }

  /// Puts a stage behind a flow; `place` tells stages of the same name in a stream apart.
  package typealias Connection =
    @Sendable (
      _ flow: AnyFlow, _ meter: StageMeter, _ context: StreamContext, _ place: String
    ) -> AnyFlow

  /// A sink of lines, ready to be made from options.
  package struct SinkEntry: Sendable {
    /// What it says about itself.
    package let component: Component
    let check: @Sendable (Options) throws(OptionError) -> Void
    let destination: @Sendable (Options) -> String?
    let make: @Sendable (Options, StreamContext) throws -> any Sink<Line>
  }

  /// All sources, in the order of their registration.
  package private(set) var sources: [SourceVariant] = []
  /// All stages, in the order of their registration.
  package private(set) var stages: [StageVariant] = []
  /// All sinks, in the order of their registration.
  package private(set) var sinks: [SinkEntry] = []

  /// Creates a registry that knows nothing.
  public init() {}

  /// Registers a stage, under the name that its component has.
  ///
  /// The same name may be registered for several kinds of records; what flows where it stands chooses.
  public mutating func register<S: Stage>(_ stage: S.Type) {
    add(
      StageVariant(component: S.component, input: Port(S.Input.self), output: Port(S.Output.self), remembers: false) {
        (options) throws(OptionError) in
        let stage = try S(options)
        return { upstream, meter, _, _ in AnyFlow(Flow(upstream.open(as: S.Input.self).through(stage, meter: meter))) }
      }
    )
  }

  /// Registers a stage that reads answers.
  package mutating func register<D: Decoder>(decoder: D.Type) {
    add(
      StageVariant(component: D.component, input: Port(D.Input.self), output: Port(D.Output.self), remembers: false) {
        (options) throws(OptionError) in
        let decoder = try D(options)
        return { upstream, meter, _, _ in AnyFlow(Flow(upstream.open(as: D.Input.self).through(decoder, meter: meter)))
        }
      }
    )
  }

  /// Registers the stage that reads detections answers: files in pairs of pieces, where there is a core for each.
  package mutating func registerDecodeDetections() {
    add(
      StageVariant(
        component: DecodeDetections.component,
        input: Port(DetectionsAnswer.self),
        output: Port(Host.self),
        remembers: false
      ) { (options) throws(OptionError) in
        let decoder = try DecodeDetections(options)
        return { upstream, meter, context, _ in
          let answers = upstream.open(as: DetectionsAnswer.self)
          guard context.readsFiles, context.cores > 1 else {
            return AnyFlow(Flow(answers.through(decoder, meter: meter)))
          }
          return AnyFlow(Flow(answers.decodedInPairs(meter: meter)))
        }
      }
    )
  }

  /// Registers a stage that remembers.
  package mutating func register<S: RememberingStage>(remembering: S.Type) {
    add(
      StageVariant(component: S.component, input: Port(S.Input.self), output: Port(S.Output.self), remembers: true) {
        (options) throws(OptionError) in
        let stage = try S(options)
        return { upstream, meter, context, place in
          guard let state = context.state else { preconditionFailure("'\(place)' remembers, and there is no state") }
          let memory = state.memory(PlannedStages.space(of: place, in: context.stream), of: context.stream)
          return AnyFlow(Flow(upstream.open(as: S.Input.self).through(stage, memory: memory, meter: meter)))
        }
      }
    )
  }

  /// Registers the operator that joins the KnowledgeBase, which stands in pipeline files as a stage does.
  package mutating func registerJoin() {
    add(
      StageVariant(
        component: JoinKnowledgeBase.component,
        input: Port(Detection.self),
        output: Port(Detection.self),
        remembers: true,
        callsQualys: true
      ) { (options) throws(OptionError) in
        let join = try JoinKnowledgeBase(options)
        return { upstream, meter, context, _ in
          AnyFlow(Flow(upstream.open(as: Detection.self).joining(join, context.calls, meter: meter)))
        }
      }
    )
  }

  /// Registers a source.
  ///
  /// The same name may be registered for several kinds of records: the first stage chooses, or the option `as`, which
  /// asks by `word`.
  package mutating func register<S: Source>(source: S.Type, as word: String? = nil) {
    let name = S.component.name
    let output = Port(S.Output.self)
    precondition(
      !sources.contains { $0.component.name == name && $0.output == output },
      "source '\(name)' is registered twice for \(output.name)"
    )
    sources.append(
      SourceVariant(component: S.component, output: output, word: word, api: nil) { (options) throws(OptionError) in
        let source = try S(options)
        return { _ in AnyFlow(Flow(source.batches())) }
      }
    )
  }

  /// Registers a source that calls Qualys.
  package mutating func register<S: APISource>(calling: S.Type) {
    let output = Port(S.Calls.Answer.self)
    sources.append(
      SourceVariant(component: S.component, output: output, word: nil, api: S.api) { (options) throws(OptionError) in
        let source = try S(options)
        return { context in AnyFlow(Flow(PagesOfSource(source: source, context: context.callsOfSource))) }
      }
    )
  }

  /// Registers the source of health events, which reads the state.
  package mutating func registerHealthEvents() {
    sources.append(
      SourceVariant(component: HealthEventPages.component, output: .lines, word: nil, api: nil) {
        (_) throws(OptionError) in
        { context in AnyFlow(Flow(HealthEventPages(context))) }
      }
    )
  }

  /// Registers a sink of lines.
  ///
  /// `check` is asked when a pipeline is checked, and opens nothing; `make` when it runs. `destination` says where it
  /// would put lines, as a person should see it; nil for what its principal option says. Every sink may have a spool that
  /// has options, unless `spools` says that it must not.
  package mutating func register(
    sink component: Component,
    spools: Bool = true,
    check: @escaping @Sendable (Options) throws(OptionError) -> Void = { (_) throws(OptionError) in },
    destination: @escaping @Sendable (Options) -> String? = { _ in nil },
    _ make: @escaping @Sendable (Options, StreamContext) throws -> any Sink<Line>
  ) {
    precondition(!sinks.contains { $0.component.name == component.name }, "sink '\(component.name)' exists already")
    var component = component
    if spools, case .options(let options) = component.form { component.form = .options(options + [Spool.option]) }
    sinks.append(SinkEntry(component: component, check: check, destination: destination, make: make))
  }

  private mutating func add(_ variant: StageVariant) {
    precondition(
      !stages.contains { $0.component.name == variant.component.name && $0.input == variant.input },
      "stage '\(variant.component.name)' is registered twice for \(variant.input.name)"
    )
    stages.append(variant)
  }
}
