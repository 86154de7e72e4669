internal import Records
internal import Streaming

extension PlanChecker {
  private typealias Connection = Registry.Connection

  /// The plan of a stream; nil when an error stands in its way.
  mutating func plan(_ stream: PipelineFile.Stream) -> PlannedStream? {
    guard let source = stream.source else { return nil }
    var plans: [PlannedStream?] = []
    for output in stream.outputs {
      plans.append(plan(stream, source, stages: stream.stages + output.stages, sinks: output.sinks))
    }
    if stream.outputs.count > 1 {
      findings.error(
        "several outputs are not in this version yet",
        at: stream.outputs[1].location,
        help: "make a stream of each, or one output with several sinks"
      )
    }
    return plans.first ?? nil
  }

  private mutating func plan(
    _ stream: PipelineFile.Stream,
    _ source: ComponentUse,
    stages: [ComponentUse],
    sinks: [ComponentUse]
  ) -> PlannedStream? {
    let chosen = chooseSource(source, stages: stages)
    let chain = chain(source, gives: chosen?.output, stages: stages, sinks: sinks)
    let plannedSource = planSource(source, chosen)
    var draft = Draft()
    var port = chain.start
    var giver = chain.source
    var scope = FieldScope(port: nil)
    for (index, use) in stages.enumerated() {
      let variants = request.registry.stages(named: use.name)
      if !fits(at: index, port, giver, in: chain) { draft.isBroken = true }
      let variant = variants.first { $0.input == port } ?? (port == nil && variants.count == 1 ? variants[0] : nil)
      if variants.isEmpty { reportUnknown(use, .stage) }
      // Lines have the fields of the records that they were written from.
      if port != .lines { scope.port = port }
      scope.splitLater = splitter(in: chain, after: index)
      if let first = variants.first {
        draft.add(planStage(use, variant ?? first, isChosen: variant != nil, &scope))
      } else {
        draft.isBroken = true
      }
      let next = chain.port(after: index, from: port)
      // After a misfit that is passed over, whoever gave what flows still gives it.
      if next != port || fits(port, variants) { giver = chain.links[index] }
      port = next
      draft.ports.append(port)
    }
    if !sinks.isEmpty, !fits(at: stages.count, port, giver, in: chain) { draft.isBroken = true }
    let plannedSinks = sinks.map { planSink($0) }
    guard let plannedSource, !draft.isBroken, let start = chain.start else { return nil }
    let ports = [start] + draft.ports.compactMap { $0 }
    let ends = plannedSinks.compactMap { $0 }
    guard ends.count == sinks.count, ports.count == stages.count + 1 else { return nil }
    let isComplete =
      plannedSource.made != nil && draft.connections.allSatisfy { $0 != nil } && ends.allSatisfy { $0.isKnown }
    return PlannedStream(
      name: stream.name,
      interval: stream.interval,
      predecessor: stream.predecessor?.value,
      source: plannedSource.component,
      stages: draft.components,
      sinks: ends.map(\.component),
      ports: ports,
      file: request.file,
      start: plannedSource.made,
      connections: draft.connections,
      makers: ends.map(\.make),
      isComplete: isComplete
    )
  }

  /// What was planned of a stream's stages so far.
  private struct Draft {
    var components: [PlannedComponent] = []
    var connections: [Connection?] = []
    var ports: [Port?] = []
    var isBroken = false

    mutating func add(_ stage: (component: PlannedComponent, made: Connection?)?) {
      guard let stage else {
        isBroken = true
        return
      }
      components.append(stage.component)
      connections.append(stage.made)
    }
  }

  // MARK: - Ports

  private func chain(
    _ source: ComponentUse,
    gives port: Port?,
    stages: [ComponentUse],
    sinks: [ComponentUse]
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
    let source = Chain.Link(name: source.name, location: source.location, variants: [])
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

  /// The stage behind a number that makes detections of hosts, in words.
  private func splitter(in chain: Chain, after index: Int) -> String? {
    chain.links.dropFirst(index + 1)
      .first { $0.variants.contains { $0.input == Port(Host.self) && $0.output == Port(Detection.self) } }?.description
  }

  // MARK: - Sources

  /// The variant of a source that gives what is asked for by `as`, or taken by what comes first.
  private func chooseSource(_ use: ComponentUse, stages: [ComponentUse]) -> Registry.SourceVariant? {
    let variants = request.registry.sources(named: use.name)
    var ignored = Findings()
    let given = variants.first.flatMap { self.given(use, $0.component, &ignored) } ?? []
    if let word = given.last(where: { $0.name == "as" })?.value.scalar?.text,
      let asked = variants.first(where: { $0.word == word })
    {
      return asked
    }
    let wanted = stages.first.map { request.registry.stages(named: $0.name).map(\.input) } ?? [.lines]
    return variants.first { wanted.contains($0.output) } ?? variants.first
  }

  private mutating func planSource(
    _ use: ComponentUse,
    _ variant: Registry.SourceVariant?
  ) -> (component: PlannedComponent, made: (@Sendable (StreamContext) -> AnyFlow)?)? {
    guard let variant else {
      if WordsToCome.answers(of: use.name) == nil { reportUnknown(use, .source) }
      return nil
    }
    guard let read = read(use, variant.component, FieldScope()) else { return nil }
    return make(use, variant.component, read) { (options) throws(OptionError) in try variant.make(options) }
  }

  // MARK: - Stages

  private mutating func planStage(
    _ use: ComponentUse,
    _ variant: Registry.StageVariant,
    isChosen: Bool,
    _ scope: inout FieldScope
  ) -> (component: PlannedComponent, made: Connection?)? {
    guard let read = read(use, variant.component, scope) else { return nil }
    if case .entries(key: .field, _) = variant.component.form {
      for (key, value) in read.entries {
        scope.introduced.insert(key)
        guard case .text(let name) = value else { continue }
        scope.introduced.insert((key.split(separator: ".").dropLast().map(String.init) + [name]).joined(separator: "."))
      }
    }
    return make(use, variant.component, read) { (options) throws(OptionError) in try variant.make(options) }
  }

  // MARK: - Sinks

  /// A sink that is planned.
  private struct End {
    var component: PlannedComponent
    var make: @Sendable (Options, StreamContext) throws -> any Sink<Line>
    var isKnown: Bool
  }

  private mutating func planSink(_ use: ComponentUse) -> End? {
    guard let entry = request.registry.sink(named: use.name) else {
      reportUnknown(use, .sink)
      return nil
    }
    guard let read = read(use, entry.component, FieldScope()),
      let made = make(use, entry.component, read, { (options) throws(OptionError) in try entry.check(options) })
    else { return nil }
    for (name, path) in made.component.pathOptions {
      checkFolder(ofFile: path, at: read.locations[name] ?? use.location)
    }
    return End(component: made.component, make: entry.make, isKnown: made.made != nil)
  }
}
