/// A place in a stream at which records can be looked at: behind its source, or behind a stage.
///
/// It goes by the name of what stands before it; a second stage of that name in the row by `NAME-2`, one of an output by
/// `OUTPUT/NAME`, and what the sinks of a branched stream's output get by `OUTPUT`.
struct TapPoint {
  let name: String
  let edge: Edge
  /// What flows there.
  let port: Port
  /// The stages before it, and what flows into each.
  let stages: [(component: PlannedComponent, input: Port)]

  /// Finds a place by its name, or by the end of it where only one has that end; without one, what the sinks get.
  ///
  /// - Throws: A refusal with the names that there are.
  init(_ name: String?, in stream: PlannedStream) throws(TapRefusal) {
    let all = Self.all(of: stream)
    let choices = "there is \(all.map(\.name).joined(separator: ", "))"
    guard let name else {
      guard !stream.isBranched, let last = all.last else {
        throw TapRefusal(.wrong, "'\(stream.name)' has several outputs; say after which stage: \(choices)")
      }
      self = last
      return
    }
    let found = all.first { $0.name == name }.map { [$0] } ?? all.filter { $0.name.hasSuffix("/\(name)") }
    guard let point = found.first else {
      let suggestion = Suggestion.phrase(for: name, among: all.map(\.name))
      throw TapRefusal(.wrong, "'\(stream.name)' has no stage '\(name)'\(suggestion); \(choices)")
    }
    guard found.count == 1 else {
      let names = found.map(\.name).joined(separator: " or ")
      throw TapRefusal(.wrong, "several outputs of '\(stream.name)' have a stage '\(name)': say \(names)")
    }
    self = point
  }

  private init(name: String, edge: Edge, port: Port, stages: [(component: PlannedComponent, input: Port)]) {
    self.name = name
    self.edge = edge
    self.port = port
    self.stages = stages
  }

  /// All places of a stream, in its order.
  static func all(of stream: PlannedStream) -> [TapPoint] {
    let start = Edge(stream: stream.name, output: nil, index: 0)
    let source = TapPoint(name: stream.source.name, edge: start, port: stream.ports[0], stages: [])
    let trunk = source.followed(by: stream.trunk, prefix: "")
    let last = trunk.last ?? source
    let branches = stream.outputs.enumerated().flatMap { number, output in
      let edge = Edge(stream: stream.name, output: number, index: 0)
      let branch = TapPoint(name: output.name, edge: edge, port: last.port, stages: last.stages)
      let stages = branch.followed(by: output.branch, prefix: "\(output.name)/")
      let end = stages.last ?? branch
      return stages + [TapPoint(name: output.name, edge: end.edge, port: end.port, stages: end.stages)]
    }
    return [source] + trunk + (stream.isBranched ? branches : [])
  }

  /// The places behind stages that stand in a row here.
  private func followed(by row: PlannedStages, prefix: String) -> [TapPoint] {
    var point = self
    return row.components.indices.map { index in
      point = TapPoint(
        name: prefix + row.place(of: index),
        edge: Edge(stream: edge.stream, output: edge.output, index: index + 1),
        port: row.ports[index],
        stages: point.stages + [(row.components[index], point.port)]
      )
      return point
    }
  }
}
