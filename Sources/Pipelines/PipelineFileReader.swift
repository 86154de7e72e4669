/// Reads a pipeline file out of YAML: its keys and their types; components stay words.
struct PipelineFileReader {
  /// What is the matter with the file.
  var findings = Findings()
  /// Whether sources, or sinks, are given on the command line, so that the file may lack them.
  var replacesSources = false
  var replacesSinks = false

  /// The platform that `qualys` names, and where; where its versions stand.
  var platform: WrittenText?
  var versions: [String: Location] = [:]

  /// When streams ask for everything, as far as it was read: the file's own word, or that of the stream at hand.
  private var times = PipelineFile.Times()

  private var nextID = 0

  /// Reads a file.
  mutating func file(_ root: YAMLNode, defaultName: String) -> PipelineFile? {
    let streamKeys = PipelineFile.streamKeys.map(\.name)
    let ownKeys = streamKeys.filter { !PipelineFile.sharedKeys.contains($0) }
    guard let map = mapping(root, of: "a pipeline file", keys: PipelineFile.keys.map(\.name) + ownKeys) else {
      return nil
    }
    var file = PipelineFile(name: defaultName)
    if let name = text(map["name"], "name"), name.isKnown,
      isName(name.value, shown: name.shown, at: name.location, of: "a pipeline")
    {
      file.name = name.value
    }
    if let names = text(map["names"], "names") { file.names = choice(names, "names", PipelineFile.namings) }
    file.qualys = map["qualys"].flatMap { qualys($0) }
    file.platform = platform
    file.qualysLocation = map["qualys"]?.location
    file.versions = versions
    file.replay = text(map["replay"], "replay")
    if let letters = map["dead-letters"] { (file.deadLetters, file.deadLetterLimits) = deadLetters(letters) }
    file.reserve = size(map["reserve"], "reserve", from: 0)
    file.state = text(map["state"], "state")
    file.events = text(map["events"], "events")
    if let capture = map["capture"] { (file.capture, file.captureFolder) = self.capture(capture) }
    times = times(map)
    let sinks = map["sinks"].flatMap { uses($0.value, "sinks") }
    if let streams = map["streams"] {
      for key in ownKeys {
        guard let entry = map[key] else { continue }
        findings.error("'\(key)' belongs to a stream", at: entry.location, help: "put it under one of 'streams'")
      }
      file.streams = self.streams(streams, sinks: sinks)
      checkPredecessors(of: file.streams)
      checkPreviousNames(of: file.streams)
    } else if !streamKeys.contains(where: { map[$0] != nil }) {
      findings.error(
        "the file has no streams",
        at: root.location,
        help: "add 'source:', 'stages:' and 'sinks:', or 'streams:'"
      )
    } else {
      file.streams = [stream(file.name, at: map["source"]?.location ?? root.location, map, sinks: sinks)]
      checkPredecessors(of: file.streams)
    }
    return file
  }

  // MARK: - Streams

  private mutating func streams(_ entry: YAMLNode.Entry, sinks: [ComponentUse]?) -> [PipelineFile.Stream] {
    guard case .map(let entries) = entry.value.content, !entries.isEmpty else {
      findings.error(
        entry.value.isEmpty || entry.value.kind == "a mapping"
          ? "there is no stream in 'streams'" : "'streams' is a mapping of names to streams, not \(entry.value.kind)",
        at: entry.location
      )
      return []
    }
    return entries.compactMap { entry in
      _ = isName(entry.key, at: entry.location, of: "a stream")
      guard !entry.value.isEmpty else {
        findings.error("stream '\(entry.key)' is empty", at: entry.location, help: "give it 'source:' and 'stages:'")
        return nil
      }
      let keys = PipelineFile.streamKeys.map(\.name)
      guard let map = mapping(entry.value, of: "a stream", keys: keys) else { return nil }
      let own = map["sinks"].flatMap { uses($0.value, "sinks") }
      let shared = times
      times = times(map).over(shared)
      defer { times = shared }
      return stream(entry.key, at: entry.location, map, sinks: own ?? (map["sinks"] == nil ? sinks : []))
    }
  }

  private mutating func stream(
    _ name: String,
    at location: Location,
    _ map: [String: YAMLNode.Entry],
    sinks: [ComponentUse]?
  ) -> PipelineFile.Stream {
    var stream = PipelineFile.Stream(name: name, location: location)
    if let every = text(map["every"], "every") {
      stream.interval = Interval.parse(every.value)
      if stream.interval == nil, every.isKnown {
        findings.error("'every' is a time such as 30s, 5m or 1h, not '\(every.shown)'", at: every.location)
      }
    }
    stream.predecessor = text(map["after"], "after")
    stream.times = times
    stream.previousName = text(map["previously"], "previously")
    stream.source = map["source"].flatMap { use($0.value, "a source") }
    if map["source"] == nil, !replacesSources {
      findings.error("stream '\(name)' has no source", at: location, help: "add 'source:'")
    }
    stream.stages = map["stages"].flatMap { uses($0.value, "stages", mayBeEmpty: true) } ?? []
    if let outputs = map["outputs"] {
      if map["sinks"] != nil {
        findings.error(
          "a stream has 'sinks' or 'outputs', not both",
          at: outputs.location,
          help: "put the sinks into one of the outputs"
        )
      }
      stream.outputs = self.outputs(outputs, sinks: sinks)
    } else {
      if sinks == nil, !replacesSinks {
        findings.error(
          "stream '\(name)' has no sink",
          at: location,
          help: "add 'sinks:' to the stream, or to the file for all"
        )
      }
      stream.outputs = [PipelineFile.Output(name: "1", location: location, sinks: sinks ?? [])]
    }
    return stream
  }

  private mutating func outputs(_ entry: YAMLNode.Entry, sinks: [ComponentUse]?) -> [PipelineFile.Output] {
    guard case .list(let nodes) = entry.value.content, !nodes.isEmpty else {
      findings.error("'outputs' is a list, not \(entry.value.kind)", at: entry.value.location)
      return []
    }
    var names: Set<String> = []
    return nodes.enumerated().compactMap { index, node in
      let keys = PipelineFile.outputKeys.map(\.name)
      guard let map = mapping(node, of: "an output", keys: keys) else { return nil }
      let written = text(map["name"], "name")
      let name = written?.value ?? String(index + 1)
      if let written, written.isKnown { _ = isName(name, shown: written.shown, at: written.location, of: "an output") }
      if !names.insert(name).inserted {
        findings.error("two outputs are called '\(written?.shown ?? name)'", at: written?.location ?? node.location)
      }
      let stages = map["stages"].flatMap { uses($0.value, "stages", mayBeEmpty: true) } ?? []
      let own = map["sinks"].flatMap { uses($0.value, "sinks") }
      if own == nil, map["sinks"] == nil, sinks == nil, !replacesSinks {
        findings.error("this output has no sink", at: node.location, help: "add 'sinks:' to it")
      }
      return PipelineFile.Output(name: name, location: node.location, stages: stages, sinks: own ?? sinks ?? [])
    }
  }

  private mutating func checkPredecessors(of streams: [PipelineFile.Stream]) {
    let names = streams.map(\.name)
    for stream in streams {
      guard let after = stream.predecessor else { continue }
      guard names.contains(after.value) else {
        findings.error(
          "there is no stream '\(after.shown)'\(Suggestion.phrase(for: after.value, among: names))",
          at: after.location
        )
        continue
      }
      var path = [stream.name]
      var next: String? = after.value
      while let name = next, !path.contains(name) {
        path.append(name)
        next = streams.first { $0.name == name }?.predecessor?.value
      }
      if next == stream.name {
        findings.error(
          "stream '\(stream.name)' waits for itself: \((path + [stream.name]).joined(separator: " after "))",
          at: after.location
        )
      }
    }
  }

  // MARK: - Components

  private mutating func uses(_ node: YAMLNode, _ key: String, mayBeEmpty: Bool = false) -> [ComponentUse]? {
    guard case .list(let nodes) = node.content else {
      if node.isEmpty, mayBeEmpty { return [] }
      let word = node.scalar.map { $0.isEmpty ? nil : $0.shown } ?? nil
      findings.error(
        "'\(key)' is a list, not \(node.kind)",
        at: node.location,
        help: word.map { "write '[\($0)]'" } ?? "each member begins with '- '"
      )
      return nil
    }
    if nodes.isEmpty, !mayBeEmpty { findings.error("'\(key)' is empty", at: node.location) }
    return nodes.compactMap { use($0, key == "sinks" ? "a sink" : "a stage") }
  }

  private mutating func use(_ node: YAMLNode, _ what: String) -> ComponentUse? {
    nextID += 1
    switch node.content {
    case .scalar(let scalar) where !scalar.isEmpty:
      return ComponentUse(id: nextID, name: scalar.written, location: node.location)
    case .map(let entries) where entries.count == 1:
      return ComponentUse(
        id: nextID,
        name: entries[0].key,
        location: entries[0].location,
        body: entries[0].value
      )
    case .map(let entries) where entries.count > 1:
      findings.error(
        "\(what) has one name; here are \(entries.count): \(entries.map(\.key).joined(separator: ", "))",
        at: entries[1].location,
        help: entries[0].value.isEmpty
          ? "indent '\(entries[1].key)' further than '\(entries[0].key)', whose option it is"
          : "write options inside: '\(entries[0].key): { … }'"
      )
    default:
      findings.error("\(what) is a word, or a word with options; this is \(node.kind)", at: node.location)
    }
    return nil
  }
}
