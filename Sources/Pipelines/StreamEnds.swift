internal import Sinks
internal import Streaming

/// Puts files in the place of sources and sinks, where the command line says so.
struct StreamEnds {
  /// A capture that answers in Qualys' place.
  struct Replay {
    var path: String
    var location: Location
  }

  let request: PlanRequest
  let replay: Replay?

  /// The name of the source and of the sink that take the others' place.
  private static let files = "files"
  private static let gzipFile = "gzip-file"
  /// The number of the sink's use: all streams share it, as they share sinks of the file, but for its path.
  private static let sharedSink = -1
  private static let sharedSource = -2

  /// The stream with its ends replaced.
  func replacing(in stream: PipelineFile.Stream, _ findings: inout Findings) -> PipelineFile.Stream {
    var stream = stream
    if let inputs = request.inputs {
      let location = Location.commandLine("--input")
      let paths = YAMLNode(content: .list(inputs.map { .text($0, at: location) }), location: location)
      stream.source = use(Self.files, Self.sharedSource, at: location, principal: paths, keeping: [stream.source])
    }
    if let output = request.output {
      let location = Location.commandLine("--output")
      let isBranched = stream.outputs.count > 1
      stream.outputs = stream.outputs.map { old in
        var new = old
        let name = isBranched ? "\(stream.name)-\(old.name)" : stream.name
        let path = YAMLNode.text("\(output)/\(name)-{n}.jsonl.gz", at: location)
        new.sinks = [use(Self.gzipFile, Self.sharedSink, at: location, principal: path, keeping: old.sinks)]
        return new
      }
    } else if replay != nil, !request.sends, !request.rehearses {
      for sink in stream.outputs.flatMap(\.sinks) where sink.name == HTTPSink.component.name {
        let finding = Diagnostic(
          request.requiresSecrets ? .error : .warning,
          "a replay sends nothing; '\(sink.name)' would",
          at: sink.location,
          help: "give '--output FOLDER' for files in its place, or '--send'"
        )
        findings.add(finding)
      }
    }
    return stream
  }

  /// A component in the place of another; options of one with the same name stay.
  private func use(
    _ name: String,
    _ id: Int,
    at location: Location,
    principal value: YAMLNode,
    keeping others: [ComponentUse?]
  ) -> ComponentUse {
    let component = request.registry.component(named: name)?.component
    let key = component?.principal ?? "path"
    var entries = [YAMLNode.Entry(key: key, location: location, value: value)]
    let old = others.compactMap { $0 }.first { $0.name == name }
    if case .map(let kept)? = old?.body?.content { entries += kept.filter { $0.key != key } }
    return ComponentUse(
      id: old?.id ?? id,
      name: name,
      location: location,
      body: YAMLNode(content: .map(entries), location: location)
    )
  }
}
