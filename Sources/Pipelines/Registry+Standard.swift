internal import Qualys
internal import Records
internal import Sinks
internal import Stages
internal import Streaming

extension Registry {
  /// Everything that comes with Sluice: the table of contents.
  public static let standard: Registry = {
    var registry = Registry()

    registry.register(calling: DetectionsSource.self)
    registry.register(calling: KnowledgeBaseSource.self)
    registry.register(calling: AssetsSource.self)
    registry.register(source: Files<DetectionsAnswer>.self, as: "detections")
    registry.register(source: Files<KnowledgeBaseAnswer>.self, as: "knowledge-base")
    registry.register(source: Files<AssetsAnswer>.self, as: "assets")
    registry.register(source: FilesOfLines.self, as: "lines")
    registry.registerHealthEvents()

    registry.registerDecodeDetections()
    registry.register(decoder: DecodeKnowledgeBase.self)
    registry.register(decoder: DecodeAssets.self)

    registry.register(SplitDetections.self)
    registry.registerJoin()
    registry.register(FlattenSoftware.self)
    registry.register(remembering: DiffPorts.self)
    registry.register(remembering: Deduplicate<Detection>.self)
    registry.register(remembering: Deduplicate<KnowledgeBaseEntry>.self)
    registry.register(remembering: Deduplicate<Asset>.self)
    registry.register(Filter<Host>.self)
    registry.register(Filter<Detection>.self)
    registry.register(Filter<KnowledgeBaseEntry>.self)
    registry.register(Filter<Asset>.self)
    registry.register(Select<Host>.self)
    registry.register(Select<Detection>.self)
    registry.register(Select<KnowledgeBaseEntry>.self)
    registry.register(Select<Asset>.self)
    registry.register(Rename<Host>.self)
    registry.register(Rename<Detection>.self)
    registry.register(Rename<KnowledgeBaseEntry>.self)
    registry.register(Rename<Asset>.self)
    registry.register(AddFields<Host>.self)
    registry.register(AddFields<Detection>.self)
    registry.register(AddFields<KnowledgeBaseEntry>.self)
    registry.register(AddFields<Asset>.self)
    registry.register(AddEventID<Detection>.self)
    registry.register(AddEventID<KnowledgeBaseEntry>.self)
    registry.register(AddEventID<Asset>.self)

    registry.register(EncodeJSON<Host>.self)
    registry.register(EncodeJSON<Detection>.self)
    registry.register(EncodeJSON<KnowledgeBaseEntry>.self)
    registry.register(EncodeJSON<Asset>.self)
    registry.register(EncodeSumoInventory.self)
    registry.register(GuardSize.self)

    registry.register(sink: GzipFile.component, check: { (options) throws(OptionError) in try GzipFile.check(options) })
    {
      options,
      context in
      var settings = GzipFile.Settings(options)
      settings.path = context.filled(settings.path)
      return GzipFile(settings, cores: context.cores, onRemoval: { context.tell($0) })
    }
    registry.register(
      sink: HTTPSink.component,
      check: { (options) throws(OptionError) in _ = try HTTPSink.Settings(options) },
      destination: { options in (try? HTTPSink.Settings(options)).map { "\($0.address)" } }
    ) { options, context in
      var settings = try HTTPSink.Settings(options)
      if let patience = context.patience { settings.giveUpAfter = min(settings.giveUpAfter, patience) }
      return HTTPSink(
        settings,
        scope: "\(context.pipeline)/\(context.stream)/\(context.output)",
        sending: HTTPNetwork(connections: settings.connections, timeout: settings.timeout)
      ) { line, reason, page in try context.reject(line, HTTPSink.component.name, reason, page) }
    }
    registry.register(sink: StandardOutput.component, spools: false, destination: { _ in "standard output" }) { _, _ in
      StandardOutput()
    }
    return registry
  }()
}
