import Pipelines
import Qualys
import Records
import Sinks
import Stages
import Streaming

extension Registry {
  /// The shipped stages, and sources and sinks that touch nothing.
  static let forTests: Registry = {
    var registry = Registry()
    registry.register(source: Saved<DetectionsAnswer>.self, as: "detections")
    registry.register(source: Saved<Line>.self, as: "lines")
    registry.register(decoder: DecodeDetections.self)
    registry.register(SplitDetections.self)
    registry.register(calling: DetectionsSource.self)
    registry.register(calling: KnowledgeBaseSource.self)
    registry.registerJoin()
    registry.register(AddEventID<Detection>.self)
    registry.register(Filter<Host>.self)
    registry.register(Filter<Detection>.self)
    registry.register(Select<Host>.self)
    registry.register(Select<Detection>.self)
    registry.register(Rename<Host>.self)
    registry.register(Rename<Detection>.self)
    registry.register(AddFields<Host>.self)
    registry.register(AddFields<Detection>.self)
    registry.register(EncodeJSON<Host>.self)
    registry.register(EncodeJSON<Detection>.self)
    registry.register(GuardSize.self)
    for component in [MemorySink.gzipFile, MemorySink.component, MemorySink.webhook] {
      registry.register(sink: component) { options, context in MemorySink(options, context) }
    }
    registry.register(
      sink: HTTPSink.component,
      check: { (options) throws(OptionError) in _ = try HTTPSink.Settings(options) }
    ) { options, context in MemorySink(options, context) }
    return registry
  }()
}

/// Stands for `files`: gives one small page, whatever the paths are.
struct Saved<Output: Record>: Source {
  static var component: Component {
    Component(
      "files",
      summary: "Reads saved answers.",
      form: .options([
        Option("paths", .list(.path), required: true, "Files, patterns, or - for standard input."),
        Option("as", .choice(["detections", "lines"]), "What they hold."),
      ]),
      principal: "paths",
      example: "files: saved/*.xml"
    )
  }

  init(_ options: Options) throws(OptionError) {}

  func batches() -> AsyncThrowingStream<Batch<Output>, any Error> {
    AsyncThrowingStream { continuation in
      let page = Page(number: 0, origin: "test")
      if let chunk = DetectionsAnswer(AnswerBytes(Array(Self.page.utf8))) as? Output {
        continuation.yield(Batch([chunk], of: page, at: Position(marks: 0)))
      }
      continuation.yield(Batch([], of: page, at: Position(marks: 0, ending: .complete)))
      continuation.finish()
    }
  }

  private static var page: String {
    """
    <?xml version="1.0"?><HOST_LIST_VM_DETECTION_OUTPUT><RESPONSE><DATETIME>2026-11-21T10:00:00Z</DATETIME><HOST_LIST>\
    <HOST><ID>7</ID><IP>10.0.0.1</IP><DETECTION_LIST><DETECTION><QID>1</QID><SEVERITY>2</SEVERITY></DETECTION>\
    <DETECTION><QID>2</QID><SEVERITY>4</SEVERITY></DETECTION></DETECTION_LIST></HOST></HOST_LIST></RESPONSE>\
    </HOST_LIST_VM_DETECTION_OUTPUT>
    """
  }
}

/// Stands for all sinks: keeps lines in memory.
final class MemorySink: Sink {
  typealias Input = Line

  static let component = Component("stdout", summary: "Writes lines to standard output.", example: "- stdout")

  static let gzipFile = Component(
    "gzip-file",
    summary: "Writes lines to gzip files.",
    form: .options([
      Option("path", .path, required: true, "Where to write."),
      Option("level", .integer(1...9), default: "6", "How hard to compress."),
    ]),
    principal: "path",
    example: "- gzip-file: out.jsonl.gz"
  )

  static let webhook = Component(
    "webhook",
    summary: "Sends lines.",
    form: .options([
      Option("url", .text, required: true, "Where to send."),
      Option("headers", .group("headers", { [Option("Authorization", .text, "Who sends.")] }), "What to say besides."),
    ]),
    principal: "url",
    example: "- webhook: { url: \"${URL}\" }"
  )

  let options: Options
  let context: StreamContext
  private(set) var counts = SinkCounts()
  private(set) var lines: [String] = []

  init(_ options: Options, _ context: StreamContext) {
    self.options = options
    self.context = context
  }

  func write(_ batch: Batch<Line>) async throws { lines += batch.records.map(\.text) }
  func finish() async throws {}
  func discard() async {}
}

extension PlanRequest {
  /// A request over the registry of the tests, an environment of four names, and folders that can all be written to
  /// but `forbidden`, and of which only `saved` exists.
  static func forTests(_ text: String, file: String = "test.yaml") -> PlanRequest {
    var request = PlanRequest(text: text, file: file, registry: .forTests)
    let environment = ["QUALYS_USERNAME": "quays_ab", "HUNTER": "hunter2", "LEVEL": "3", "FOLDER": "out"]
    request.secrets = SecretSource(environment: { environment[$0] }, file: { _ in nil })
    request.folders = FolderAccess(
      problemWriting: { $0.hasPrefix("forbidden") ? "it is not writable" : nil },
      exists: { $0.hasSuffix("saved") }
    )
    return request
  }

  /// Adds what a line such as `--set level=1 --stream a` says.
  mutating func apply(commandLine words: [Substring]) {
    var rest = words[...]
    while let flag = rest.popFirst(), let value = rest.popFirst().map(String.init) {
      switch flag {
      case "--set":
        let parts = value.split(separator: "=", maxSplits: 1)
        settings.append((String(parts[0]), parts.count > 1 ? String(parts[1]) : ""))
      case "--input": inputs = (inputs ?? []) + [value]
      case "--output": output = value
      case "--replay": replay = value
      case "--stream": streams.append(value)
      default: break
      }
    }
  }
}
