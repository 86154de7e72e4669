internal import Foundation
internal import Pipelines
internal import Qualys

/// What the pipelines of one service need from the machine that runs it.
struct Deployment {
  struct Pipeline {
    var name: String
    /// Where the file is now, and what it is called where it runs.
    var path: String
    var fileName: String
    var text: String
    var streams: [Stream]
    /// The percentage of calls that is left for others.
    var leave: Int

    /// Where the file is for the service.
    var place: String { "\(Deployment.configuration)/\(fileName)" }
  }

  struct Stream {
    var name: String
    /// How often a round begins, in seconds.
    var every: Int
  }

  /// The folder of pipeline files and what they name relative to themselves, and the one that is written.
  static let configuration = "/etc/sluice"
  static let state = "/var/lib/sluice"
  /// The user and group of a container.
  static let user = 65_532
  /// How long a service takes to end: a page has 30 seconds.
  static let secondsToStop = 45

  private(set) var pipelines: [Pipeline] = []
  /// Every `${NAME}` of the files, in order, each once.
  private(set) var secrets: [String] = []
  /// Folders outside `state` that are written.
  private(set) var folders: [String] = []
  /// Other files that are read.
  private(set) var files: [String] = []
  /// What is connected to, as a person should see it.
  private(set) var servers: [String] = []
  /// What whoever asked should know.
  private(set) var notes: [String] = []

  /// Checks the pipelines.
  /// - Throws: the exit code 78 when one cannot run, or two cannot be served together.
  init(_ names: [String]) throws {
    for name in names {
      let path = try PipelineLocator.find(name)
      let plan = try PipelineOptions.plan(of: path, tellsWarnings: false) { request in
        request.checksEnvironment = false
        request.folder = Self.configuration
      }
      try add(plan, at: path)
    }
  }

  /// The names of the pipelines, as a title has them.
  var title: String { pipelines.map(\.name).joined(separator: ", ") }
  /// What made a text, for its first line.
  func origin(_ kind: GenerateCommand.Kind) -> String {
    "Made by 'sluice generate \(kind) \(pipelines.map(\.path).joined(separator: " "))' (sluice \(Version.number))."
  }
  /// The arguments of `sluice serve`.
  var arguments: [String] { ["serve"] + pipelines.map(\.place) }
  /// MiB of memory that are never needed: more than twice what was measured for as many streams.
  var memory: Int { 128 + 64 * pipelines.reduce(0) { $0 + $1.streams.count } }

  private mutating func add(_ plan: Plan, at path: String) throws {
    let fileName = String(path[(path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)...])
    if let other = pipelines.first(where: { $0.name == plan.name || $0.fileName == fileName }) {
      say("sluice: '\(path)' and '\(other.path)' have the same name; one service has each name once")
      throw ExitStatus.configuration
    }
    let folders = plan.writtenFolders.filter { $0.hasPrefix("/") && !"\($0)/".hasPrefix("\(Self.state)/") }
    if let path = ([fileName] + folders).first(where: { !Self.isPlain($0) }) {
      say("sluice: '\(path)' cannot stand in all of these files; use letters, digits and . _ - alone")
      throw ExitStatus.configuration
    }
    guard !plan.holdsClearSecret else {
      say("sluice: a secret stands in '\(path)' itself, and would stand in what is generated")
      say("  help: write ${NAME} in its place; 'sluice check \(path)' says where")
      throw ExitStatus.configuration
    }
    if !plan.isLive { notes.append("'\(plan.name)' asks Qualys nothing; is it meant to be served?") }
    let streams = plan.streams.map { Stream(name: $0.name, every: Int(plan.usualInterval(of: $0).components.seconds)) }
    pipelines.append(
      Pipeline(
        name: plan.name,
        path: path,
        fileName: fileName,
        text: plan.text,
        streams: streams,
        leave: plan.qualys?.leave ?? 0
      )
    )
    append(plan.outsideNames, to: \.secrets)
    append(plan.readFiles, to: \.files)
    append(Self.servers(of: plan), to: \.servers)
    append(folders, to: \.folders)
    for folder in plan.writtenFolders where "\(folder)/".hasPrefix("\(Self.configuration)/") {
      notes.append(
        "'\(plan.name)' writes beside its own file ('state' or 'capture'); without that key the service's folder is used"
      )
    }
  }

  private mutating func append(_ values: [String], to list: WritableKeyPath<Deployment, [String]>) {
    for value in values where !self[keyPath: list].contains(value) { self[keyPath: list].append(value) }
  }

  /// Whether a path needs quotes nowhere.
  static func isPlain(_ path: String) -> Bool {
    path.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-/".contains($0)) }
  }

  /// Qualys' servers, and those that sinks send to.
  private static func servers(of plan: Plan) -> [String] {
    var servers: [String] = []
    if plan.isLive, let qualys = plan.qualys {
      let platform = qualys.platform.flatMap { try? Platform(named: $0) }
      let known = [platform?.server, platform?.gateway].compactMap { $0 }.map { "https://\($0.host)" }
      servers += known.isEmpty ? [qualys.server, qualys.gateway].compactMap { $0 } : known
    }
    for stream in plan.streams {
      for output in stream.outputs {
        for (index, sink) in output.sinks.enumerated() where sink.name == "http" {
          servers.append(
            output.destination(ofSink: index, StreamContext(pipeline: plan.name, stream: stream.name))
          )
        }
      }
    }
    return servers
  }
}
