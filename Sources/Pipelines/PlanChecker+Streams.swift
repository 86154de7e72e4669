internal import Records
internal import Streaming

extension PlanChecker {
  private typealias Connection = Registry.Connection

  /// The plan of a stream; nil when an error stands in its way.
  mutating func plan(_ stream: PipelineFile.Stream) -> PlannedStream? {
    guard let source = stream.source, let first = stream.outputs.first else { return nil }
    var stream = stream
    let isBranched = stream.outputs.count > 1
    if !isBranched {
      stream.stages += first.stages
      stream.outputs[0].stages = []
    }
    let chosen = chooseSource(source, stages: stream.stages.isEmpty ? first.stages : stream.stages)
    let giver = Chain.Link(name: source.name, location: source.location, variants: [])
    let chain = chain(giver, gives: chosen?.output, stream.stages, isBranched ? [] : first.sinks)
    var trunk = Draft(chain: chain, port: chosen?.output, giver: giver)
    let plannedSource = planSource(source, chosen)
    plan(stream.stages, &trunk)
    if isBranched, trunk.port?.isAnswer == true {
      findings.error(
        "an answer is read once; \(stream.outputs.count) outputs would each read it",
        at: first.location,
        help: "put the stage that decodes it into 'stages', before 'outputs'"
      )
      return nil
    }
    var outputs: [PlannedOutput] = []
    for output in stream.outputs {
      if let planned = plan(output, behind: trunk, isBranched: isBranched) { outputs.append(planned) }
    }
    guard let plannedSource, let start = chosen?.output, let stages = trunk.planned,
      outputs.count == stream.outputs.count
    else { return nil }
    return PlannedStream(
      name: stream.name,
      interval: stream.interval,
      predecessor: stream.predecessor?.value,
      beginning: stream.times.beginning,
      fullPulls: stream.times.fullPulls.flatMap { $0 == .zero ? nil : $0 },
      previousName: stream.previousName?.value,
      source: plannedSource.component,
      api: chosen?.api,
      trunk: stages,
      outputs: outputs,
      start: (start, plannedSource.made)
    )
  }

  /// What is known of stages in a row while they are planned.
  private struct Draft {
    /// All that stands behind one another: these stages, and what follows them.
    var chain: Chain
    /// What flows there, and who gives it.
    var port: Port?
    var giver: Chain.Link
    var scope = FieldScope(port: nil)
    /// How many links of the chain are done.
    var count = 0
    /// The stages so far, those before a branch among them.
    var names: [String] = []

    private var stages = PlannedStages()
    private var isBroken = false

    init(chain: Chain, port: Port?, giver: Chain.Link) {
      self.chain = chain
      self.port = port
      self.giver = giver
    }

    /// The stages; nil when an error stands in their way.
    var planned: PlannedStages? { isBroken ? nil : stages }

    /// Takes a stage, nil when it could not be planned, and what flows out of it.
    mutating func add(
      _ stage: (component: PlannedComponent, made: Connection?)?,
      _ variant: Registry.StageVariant?,
      giving port: Port?
    ) {
      self.port = port
      count += 1
      guard let stage, let port else { return fail() }
      stages.components.append(stage.component)
      stages.connections.append(stage.made)
      stages.ports.append(port)
      if variant?.remembers ?? false { stages.remembers = true }
      if variant?.callsQualys ?? false { stages.callsQualys = true }
    }

    mutating func fail() { isBroken = true }

    /// What follows these stages, in their chain or in one of its own.
    func continued(in chain: Chain?) -> Draft {
      var next = Draft(chain: chain ?? self.chain, port: port, giver: giver)
      next.scope = scope
      next.names = names
      next.count = chain == nil ? count : 0
      return next
    }
  }

  private mutating func plan(_ stages: [ComponentUse], _ draft: inout Draft) {
    for use in stages {
      let (index, port) = (draft.count, draft.port)
      let variants = request.registry.stages(named: use.name)
      if !fits(at: index, port, draft.giver, in: draft.chain) { draft.fail() }
      let variant = variants.first { $0.input == port } ?? (port == nil && variants.count == 1 ? variants[0] : nil)
      if variants.isEmpty { reportUnknown(use, .stage) }
      // Lines have the fields of the records that they were written from.
      if port != .lines { draft.scope.port = port }
      draft.scope.later = draft.chain.links.dropFirst(index + 1)
      if let first = variants.first, !hasRequired(of: first.component, at: use.location, in: draft) { draft.fail() }
      let planned = variants.first.flatMap { planStage(use, variant ?? $0, &draft.scope) }
      let next = draft.chain.port(after: index, from: port)
      // After a misfit that is passed over, whoever gave what flows still gives it.
      if next != port || fits(port, variants) { draft.giver = draft.chain.links[index] }
      draft.names.append(use.name)
      draft.add(planned, variant ?? variants.first, giving: next)
    }
  }

  private mutating func plan(
    _ output: PipelineFile.Output,
    behind trunk: Draft,
    isBranched: Bool
  ) -> PlannedOutput? {
    let chain = isBranched ? chain(trunk.giver, gives: trunk.port, output.stages, output.sinks) : nil
    var draft = trunk.continued(in: chain)
    plan(output.stages, &draft)
    if !output.sinks.isEmpty, !fits(at: draft.count, draft.port, draft.giver, in: draft.chain) { draft.fail() }
    let ends = output.sinks.map { planSink($0) }.compactMap { $0 }
    guard let stages = draft.planned, ends.count == output.sinks.count else { return nil }
    return PlannedOutput(
      name: output.name,
      location: output.location,
      branch: stages,
      sinks: ends.map(\.component),
      file: request.file,
      makers: ends.map(\.make),
      destinations: ends.map(\.destination),
      isComplete: stages.isComplete && ends.allSatisfy(\.isKnown)
    )
  }

  // MARK: - Ports

  private func chain(
    _ source: Chain.Link,
    gives port: Port?,
    _ stages: [ComponentUse],
    _ sinks: [ComponentUse]
  ) -> Chain {
    var links = stages.map { use in
      Chain.Link(
        name: use.name,
        location: use.location,
        variants: request.registry.stages(named: use.name).map { ($0.input, $0.output) }
      )
    }
    if let first = sinks.first {
      links.append(
        Chain.Link(name: first.name, location: first.location, variants: [(.lines, .lines)], isSink: true)
      )
    }
    return Chain(source: source, start: port, links: links)
  }

  private func fits(_ port: Port?, _ variants: [Registry.StageVariant]) -> Bool {
    port == nil || variants.contains { $0.input == port }
  }

  /// Whether a link takes what flows into it; else a finding with what would help.
  private mutating func fits(at index: Int, _ port: Port?, _ giver: Chain.Link, in chain: Chain) -> Bool {
    let link = chain.links[index]
    guard let port, !chain.fits(port, link) else { return true }
    let takes = link.variants.map(\.input.name).joined(separator: " or ")
    let name = "'\(giver.name)' (\(giver.location.description))"
    findings.error(
      "'\(link.name)' takes \(takes); \(name) gives \(port.name)",
      at: link.location,
      help: chain.help(at: index, from: port, registry: request.registry)
    )
    return false
  }

  /// Whether the stages that another one needs stand before it; else a finding with what would help.
  private mutating func hasRequired(of component: Component, at location: Location, in draft: Draft) -> Bool {
    var hasAll = true
    for name in component.requires where !draft.names.contains(name) {
      let later = draft.chain.links.dropFirst(draft.count + 1).first { $0.name == name }
      findings.error(
        "'\(component.name)' needs '\(name)' before it",
        at: location,
        help: later.map { "move it after \($0.description)" } ?? "add '\(name)' before it"
      )
      hasAll = false
    }
    return hasAll
  }
}
