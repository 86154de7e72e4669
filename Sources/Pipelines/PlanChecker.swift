internal import Qualys
internal import Records
internal import Streaming

/// Checks a pipeline file from its text to a plan.
struct PlanChecker {
  let request: PlanRequest
  var findings = Findings()
  /// Places of the file that messages must not show.
  private(set) var hiddenPlaces: [Place] = []
  /// The pipeline's `names`, and where they come from.
  private(set) var names = PlannedSetting(name: "names", value: "sumo", origin: .standard)
  /// The pipeline's platform, when the file says it.
  private var platform: PlannedSetting?
  /// Settings of the pipeline that hold for components which have options of their names.
  var pipelineSettings: [PlannedSetting] { [names] + (platform.map { [$0] } ?? []) }
  /// Whether the file says how Qualys is reached.
  private(set) var hasQualys = false
  /// Whether a capture answers in Qualys' place.
  private(set) var hasReplay = false
  /// Options that the command line lays over those of the file, by the use of a component.
  private(set) var settings: [Int: [OptionReader.Given]] = [:]

  init(_ request: PlanRequest) { self.request = request }

  /// The plan, as far as there is one; what is the matter is in ``findings``.
  mutating func check() -> Plan? {
    guard let root = readRoot() else { return nil }
    var reader = PipelineFileReader()
    reader.replacesSources = request.inputs != nil
    reader.replacesSinks = request.output != nil
    let file = reader.file(root, defaultName: request.defaultName)
    findings.add(reader.findings)
    guard var file else { return nil }
    if let names = file.names {
      self.names = PlannedSetting(name: "names", value: names.value, origin: .pipeline(key: "names", names.location))
    }
    platform = file.platform.map {
      PlannedSetting(name: "platform", value: $0.value, origin: .pipeline(key: "qualys.platform", $0.location))
    }
    let replay = replayFolder(of: file)
    if let replay { checkReplay(replay) }
    hasReplay = replay != nil
    hasQualys = file.qualys != nil
    let streamNames = file.streams.map { [$0.name] + [$0.previousName?.value].compactMap { $0 } }.joined()
    file.streams = withoutHealthEvents(selected(file.streams))
    let ends = StreamEnds(request: request, replay: replay)
    file.streams = file.streams.map { ends.replacing(in: $0, &findings) }
    resolveSettings(file.streams)
    let streams = file.streams.map { stream in plan(stream) }
    checkPaths(of: streams.compactMap { $0 }, in: file.name)
    checkDetected(streams.compactMap { $0 })
    checkState(of: file, names: Set(streamNames), streams.compactMap { $0 })
    checkVersions(of: file, streams.compactMap { $0 })
    if streams.contains(where: { $0?.callsQualys ?? false }) { checkClientKey(of: file) }
    checkSecrets(root, streams: file.streams, callsQualys: streams.contains { $0?.callsQualys ?? false })
    if let state = file.state { checkFolder(ofFile: path(of: state) + "/state.db", at: state.location) }
    // In a run what cannot be kept is told, and no more.
    if let folder = file.captureFolder, !request.requiresSecrets {
      checkFolder(ofFile: path(of: folder) + "/run.json", at: folder.location)
    }
    var capture = file.capture
    capture?.folder = file.captureFolder.map { path(of: $0) }
    if let deadLetters = file.deadLetters { checkFolder(ofFile: deadLetters.value, at: deadLetters.location) }
    return Plan(
      name: file.name,
      names: names,
      deadLetters: file.deadLetters?.value,
      deadLetterLimits: file.deadLetterLimits,
      replay: replay?.path,
      qualys: file.qualys.map { located($0) },
      state: file.state.map { path(of: $0) },
      events: file.events?.value,
      reserve: file.reserve ?? PipelineFile.usualReserve,
      capture: capture,
      qualysLocation: file.qualysLocation,
      origin: (request.file, request.text, hiddenPlaces),
      streams: streams.compactMap { $0 }
    )
  }

  // MARK: - The text

  private mutating func readRoot() -> YAMLNode? {
    let (read, problems) = YAMLReader.read(request.text)
    findings.add(problems)
    guard let read else {
      hiddenPlaces = ClearSecret.places(in: SourceText(request.text))
      return nil
    }
    let looks = request.checksEnvironment || request.requiresSecrets
    var substitution = Substitution(looks ? request.secrets : nil)
    var root = substitution.replace(in: read)
    findings.add(substitution.findings)
    let clear = ClearSecret.all(in: root)
    for secret in clear {
      findings.add(secret.diagnostic)
      if let place = secret.location.place { hiddenPlaces.append(place) }
    }
    // It is asked for another mode, and not refused: what should change is that a secret stands in it.
    if !clear.isEmpty, looks, let exposure = request.secrets.file(request.file)?.exposure {
      findings.warning(exposure.message, at: nil, help: exposure.help)
    }
    for setting in commandLineSettings { _ = setting.apply(to: &root) }
    return root
  }

  private var commandLineSettings: [CommandLineSetting] {
    request.settings.map { CommandLineSetting(key: $0.key, value: $0.value) }
  }

  private func replayFolder(of file: PipelineFile) -> StreamEnds.Replay? {
    if let path = request.replay { return StreamEnds.Replay(path: path, location: .commandLine("--replay")) }
    guard let replay = file.replay else { return nil }
    return StreamEnds.Replay(path: path(of: replay), location: replay.location)
  }

  /// A path to what must be found again: in the file it is meant from the file, on the command line from where one is.
  func path(of text: WrittenText) -> String {
    text.location.place == nil ? text.value : path(fromFile: text.value)
  }

  private func path(fromFile path: String) -> String {
    path.hasPrefix("/") || request.folder == "." ? path : "\(request.folder)/\(path)"
  }

  /// The settings with the paths of their files from where the program runs.
  private func located(_ settings: QualysSettings) -> QualysSettings {
    var settings = settings
    settings.caFile = settings.caFile.map { path(fromFile: $0) }
    settings.clientCertificate = settings.clientCertificate.map { path(fromFile: $0) }
    settings.clientKey = settings.clientKey.map { path(fromFile: $0) }
    return settings
  }

  private mutating func checkReplay(_ replay: StreamEnds.Replay) {
    guard request.checksEnvironment, !replay.path.contains("${") else { return }
    if !request.folders.exists(replay.path) {
      findings.error("there is no folder '\(replay.path)'", at: replay.location)
    } else if !request.folders.holdsCapture(replay.path) {
      findings.error(
        "'\(replay.path)' is no capture: it has no run.json",
        at: replay.location,
        help: "read saved answers without one with 'source: { files: … }' or '--input'"
      )
    }
  }

  // MARK: - What runs

  private mutating func selected(_ streams: [PipelineFile.Stream]) -> [PipelineFile.Stream] {
    guard !request.streams.isEmpty else { return streams }
    let names = streams.map(\.name)
    for name in request.streams where !names.contains(name) {
      let suggestion = Suggestion.phrase(for: name, among: names)
      findings.error(
        "there is no stream '\(name)'\(suggestion)",
        at: .commandLine("--stream \(name)"),
        help: suggestion.isEmpty && !names.isEmpty ? "there is \(names.joined(separator: ", "))" : nil
      )
    }
    return streams.filter { request.streams.contains($0.name) }
  }

  /// The streams that saved answers and captures have something for; says which were left out.
  private mutating func withoutHealthEvents(_ streams: [PipelineFile.Stream]) -> [PipelineFile.Stream] {
    guard hasReplay || request.inputs != nil else { return streams }
    return streams.filter { stream in
      guard let source = stream.source, source.name == HealthEventPages.component.name else { return true }
      findings.warning("'\(stream.name)' is left out: saved answers have no health events", at: source.location)
      return false
    }
  }

  private mutating func resolveSettings(_ streams: [PipelineFile.Stream]) {
    var targets: [CommandLineSetting.Target] = []
    func add(_ uses: [ComponentUse], in places: [String]) {
      for use in uses {
        if let index = targets.firstIndex(where: { $0.use.id == use.id }) {
          targets[index].places += places.filter { !targets[index].places.contains($0) }
        } else if let component = request.registry.component(named: use.name)?.component {
          targets.append(CommandLineSetting.Target(use: use, component: component, places: places))
        }
      }
    }
    for stream in streams {
      add([stream.source].compactMap { $0 } + stream.stages, in: [stream.name])
      for output in stream.outputs {
        let own = stream.outputs.count > 1 ? ["\(stream.name).\(output.name)"] : []
        add(output.stages + output.sinks, in: [stream.name] + own)
      }
    }
    for setting in commandLineSettings where !CommandLineSetting.fileKeys.contains(setting.key) {
      guard let (use, option) = setting.resolve(targets, &findings) else { continue }
      settings[use, default: []].removeAll { $0.name == option.name }
      settings[use, default: []].append(option)
    }
  }

  // MARK: - The world outside

  /// Reports names that were looked up in vain: all in a check, in a run only where the value is used.
  private mutating func checkSecrets(_ root: YAMLNode, streams: [PipelineFile.Stream], callsQualys: Bool) {
    var missing: [(name: String, location: Location)] = []
    func look(_ node: YAMLNode?) {
      node?.forEachScalar { scalar, location in missing += scalar.missing.map { ($0, location) } }
    }
    if request.requiresSecrets {
      for stream in streams {
        look(stream.source?.body)
        for use in stream.stages + stream.outputs.flatMap(\.stages) { look(use.body) }
        if !request.rehearses { for sink in stream.outputs.flatMap(\.sinks) { look(sink.body) } }
      }
      if case .map(let entries) = root.content {
        for entry in entries where entry.value.scalar != nil || entry.key == "dead-letters" {
          if entry.key != "replay" || request.inputs == nil { look(entry.value) }
        }
        if callsQualys, request.callsQualys, !hasReplay {
          for key in ["qualys", "capture"] { look(entries.last { $0.key == key }?.value) }
        }
      }
    } else {
      look(root)
    }
    for (name, location) in missing {
      let message =
        "\(name) is not set (looked in the environment, \(name)_FILE, $CREDENTIALS_DIRECTORY, /run/secrets)"
      findings.add(Diagnostic(request.requiresSecrets ? .error : .warning, message, at: location))
    }
  }

  /// Reports a key that others may read: it is a secret, though the file names it by its path.
  private mutating func checkClientKey(of file: PipelineFile) {
    guard request.checksEnvironment || request.requiresSecrets, request.callsQualys, !hasReplay,
      let key = file.qualys.flatMap({ located($0).clientKey }), !key.contains("${"),
      let exposure = request.secrets.file(key)?.exposure
    else { return }
    findings.add(exposure, at: file.qualysLocation)
  }

  /// Reports a stream that asks for what others detected, and none before it detects anything.
  private mutating func checkDetected(_ planned: [PlannedStream]) {
    for (index, stream) in planned.enumerated() where stream.followsDetections {
      if planned[..<index].contains(where: { $0.api == .detections }) { continue }
      let later = planned[index...].first { $0.api == .detections }
      findings.add(
        Diagnostic(
          .warning,
          "'\(stream.source.name)' asks for the QIDs that were detected, and no stream before it collects detections",
          at: stream.source.location,
          help: later.map { "move it behind '\($0.name)'" } ?? "say 'qids: all', give a list, or add such a stream"
        )
      )
    }
  }

  /// Reports sinks that would put one file in the place of another's.
  private mutating func checkPaths(of streams: [PlannedStream], in pipeline: String) {
    var writers: [String: String] = [:]
    for stream in streams {
      for output in stream.outputs {
        for sink in output.sinks {
          for (_, path) in sink.pathOptions {
            let file = path.replacing("{stream}", with: stream.name).replacing("{pipeline}", with: pipeline)
              .replacing("{output}", with: output.name)
            // Each file gets a number of its own, but two at a time would take the same one.
            if let other = writers[file], other == stream.name || !file.contains("{n}") {
              findings.error(
                other == stream.name
                  ? "two sinks of stream '\(other)' write to '\(file)'"
                  : "streams '\(other)' and '\(stream.name)' write to the same '\(file)'",
                at: sink.location,
                help: "give each a path of its own, such as "
                  + (stream.outputs.count > 1 ? "{stream}-{output}.jsonl.gz" : "{stream}.jsonl.gz")
              )
            }
            writers[file] = stream.name
          }
        }
      }
    }
  }

  /// Reports a file that cannot be written because of its folder.
  mutating func checkFolder(ofFile path: String, at location: Location) {
    guard request.checksEnvironment, !request.rehearses, path != "-", !path.contains("${") else { return }
    // A folder whose name holds the time or the stream's name is made when it is needed.
    let known = path.prefix { $0 != "{" }
    let folder = FolderAccess.parent(of: String(known))
    if let problem = request.folders.problemWriting(folder) {
      findings.error("cannot write to '\(folder)': \(problem)", at: location)
    }
  }
}

extension Findings {
  mutating func add(_ others: Findings) {
    for finding in others.all { add(finding) }
  }
}
