package import Streaming

/// What part a component plays.
package enum Role: String, Sendable, CaseIterable {
  case source
  case stage
  case sink

  var plural: String { rawValue + "s" }
}

extension Registry {
  /// The variants of a source.
  package func sources(named name: String) -> [SourceVariant] { sources.filter { $0.component.name == name } }

  /// The variants of a stage.
  package func stages(named name: String) -> [StageVariant] { stages.filter { $0.component.name == name } }

  /// A sink.
  package func sink(named name: String) -> SinkEntry? { sinks.first { $0.component.name == name } }

  /// What the components of a role say about themselves, each name once, in the order of their registration.
  package func components(_ role: Role) -> [Component] {
    let all =
      switch role {
      case .source: sources.map(\.component)
      case .stage: stages.map(\.component)
      case .sink: sinks.map(\.component)
      }
    var seen: Set<String> = []
    return all.filter { seen.insert($0.name).inserted }
  }

  /// The component of a name, whatever part it plays.
  package func component(named name: String) -> (role: Role, component: Component)? {
    for role in Role.allCases {
      if let component = components(role).first(where: { $0.name == name }) { return (role, component) }
    }
    return nil
  }

  /// The ports of a component's variants: what each takes and gives.
  package func ports(of name: String, _ role: Role) -> [(input: Port?, output: Port?)] {
    switch role {
    case .source: sources(named: name).map { (nil, $0.output) }
    case .stage: stages(named: name).map { ($0.input, $0.output) }
    case .sink: sink(named: name).map { _ in [(.lines, nil)] } ?? []
    }
  }
}
