internal import Pipelines
internal import Qualys
internal import Records
internal import Sinks
internal import Stages
internal import Streaming
internal import SystemPackage
internal import TestSupport

extension LiveScenario {
  /// The pipeline, and names of its streams: files keep theirs.
  func plan(_ action: Action) throws -> Plan {
    let text = text(isRenamed: action == .renamed, spool: action == .spooled ? ", spool: 1MiB" : "")
    var request = PlanRequest(text: text, file: "live.yaml", registry: registry)
    request.checksEnvironment = false
    let (plan, findings) = Plan.check(request)
    guard let plan else { throw ContractViolation(findings.map(\.description).joined(separator: "\n")) }
    return plan
  }

  private func text(isRenamed: Bool, spool: String) -> String {
    let name = { (stream: String) in isRenamed ? "new-\(stream)" : stream }
    let previously = { (stream: String) in isRenamed ? "previously: \(stream)" : "" }
    let file = { (stream: String) in
      "gzip-file: { path: \"\(folder)/\(stream)-{n}.gz\", roll: 4KiB, member: 4096, level: 1\(spool) }"
    }
    return """
      name: live
      qualys: { platform: US2, username: "${USER_OF_TEST}", password: "${PASSWORD_OF_TEST}" }
      start: all
      dead-letters: \(folder)/letters.jsonl
      streams:
        \(name("detections")):
          \(previously("detections"))
          source: { detections: { truncation_limit: \(SimulatedAnswers.hostsInPage) } }
          stages:
            - decode-detections
            - split-detections
            - add-event-id
            - encode-json
            - guard-size: { limit: 2KiB, split: false }
          outputs:
            - { name: files, sinks: [\(file("detections"))] }
            - { name: sent, sinks: [http: { url: "https://127.0.0.1/", gzip: 0, records: 4\(spool) }] }
        \(name("knowledge-base")):
          \(previously("knowledge-base"))
          after: \(name("detections"))
          source: { knowledge-base: { qids: detected, qids-per-call: 8 } }
          stages: [decode-knowledge-base, encode-json]
          sinks: [\(file("knowledge-base"))]
        \(name("assets")):
          \(previously("assets"))
          source: { assets: { pageSize: 2 } }
          stages: [decode-assets, diff-ports, flatten-software, encode-json]
          sinks: [\(file("assets"))]
      """
  }

  private var registry: Registry {
    var registry = Registry()
    registry.register(calling: DetectionsSource.self)
    registry.register(calling: KnowledgeBaseSource.self)
    registry.register(calling: AssetsSource.self)
    registry.register(decoder: DecodeDetections.self)
    registry.register(decoder: DecodeKnowledgeBase.self)
    registry.register(decoder: DecodeAssets.self)
    registry.register(SplitDetections.self)
    registry.register(AddEventID<Detection>.self)
    registry.register(remembering: DiffPorts.self)
    registry.register(FlattenSoftware.self)
    registry.register(EncodeJSON<Detection>.self)
    registry.register(EncodeJSON<KnowledgeBaseEntry>.self)
    registry.register(EncodeJSON<Asset>.self)
    registry.register(GuardSize.self)
    registry.register(sink: GzipFile.component) { [stepped, bug] options, context in
      let file = GzipFile(GzipFile.Settings(options), disk: stepped, cores: 1)
      return bug == .stateBeforeSink ? Hasty(file) : file
    }
    registry.register(sink: HTTPSink.component) { [disk, steps, folder] options, context in
      HTTPSink(
        try HTTPSink.Settings(options),
        scope: "live",
        sending: Receiver(disk: disk, path: FilePath("\(folder)/sent.txt"), steps: steps)
      ) { try context.reject($0, "http", $1, $2) }
    }
    return registry
  }
}
