internal import Records
internal import Streaming

extension PlanChecker {
  // MARK: - Sources

  /// The variant of a source that gives what is asked for by `as`, or taken by what comes first.
  func chooseSource(_ use: ComponentUse, stages: [ComponentUse]) -> Registry.SourceVariant? {
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

  mutating func planSource(
    _ use: ComponentUse,
    _ variant: Registry.SourceVariant?
  ) -> (component: PlannedComponent, made: (@Sendable (StreamContext) -> AnyFlow)?)? {
    guard let variant else {
      reportUnknown(use, .source)
      return nil
    }
    if variant.api != nil, !hasReplay, !hasQualys { reportNoQualys(use) }
    guard let read = read(use, variant.component, FieldScope()) else { return nil }
    return make(use, variant.component, read) { (options) throws(OptionError) in try variant.make(options) }
  }

  // MARK: - Stages

  mutating func planStage(
    _ use: ComponentUse,
    _ variant: Registry.StageVariant,
    _ scope: inout FieldScope
  ) -> (component: PlannedComponent, made: Registry.Connection?)? {
    guard let read = read(use, variant.component, scope.ofOptions(of: use)) else { return nil }
    if let finding = scope.finding(for: use) {
      findings.add(finding)
      return nil
    }
    if variant.callsQualys, !hasReplay, !hasQualys { reportNoQualys(use) }
    scope.pass(use, variant.component, read)
    return make(use, variant.component, read) { (options) throws(OptionError) in try variant.make(options) }
  }

  // MARK: - Sinks

  /// A sink that is planned.
  struct End {
    var component: PlannedComponent
    var make: @Sendable (Options, StreamContext) throws -> any Sink<Line>
    var destination: @Sendable (Options) -> String?
    var isKnown: Bool
  }

  mutating func planSink(_ use: ComponentUse) -> End? {
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
    return End(
      component: made.component,
      make: entry.make,
      destination: entry.destination,
      isKnown: made.made != nil
    )
  }
}
