internal import ArgumentParser
internal import Foundation
internal import Pipelines

/// The arguments by which a pipeline is named and changed, the same for every command that takes one.
struct PipelineOptions: ParsableArguments {
  @Argument(help: "A pipeline file, or the name of one in the folder Pipelines.")
  var pipeline: String

  @Option(
    name: .long,
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Read these saved answers instead of each stream's source; - is standard input.",
      valueName: "path"
    )
  )
  var input: [String] = []

  @Option(
    help: ArgumentHelp("Write gzip files into this folder instead of to the pipeline's sinks.", valueName: "folder")
  )
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Let this capture answer in Qualys' place; nothing is opened on the network.",
      valueName: "folder"
    )
  )
  var replay: String?

  @Option(help: ArgumentHelp("Change an option, such as level=1 or gzip-file.level=1.", valueName: "key=value"))
  var set: [String] = []

  @Option(help: ArgumentHelp("Only this stream; can be given several times.", valueName: "name"))
  var stream: [String] = []

  func validate() throws {
    for setting in set where !setting.contains("=") {
      throw ValidationError("'--set \(setting)' has no value; write key=value.")
    }
  }

  /// Checks the pipeline and says what there is to say.
  /// - Throws: the exit code 78 when it cannot run.
  func plan(
    checksEnvironment: Bool = true,
    requiresSecrets: Bool = false,
    sends: Bool = false,
    rehearses: Bool = false,
    callsQualys: Bool = false
  ) throws -> Plan {
    let plan = try Self.plan(of: pipeline) { request in
      request.checksEnvironment = checksEnvironment
      request.requiresSecrets = requiresSecrets
      request.sends = sends
      request.rehearses = rehearses
      request.callsQualys = callsQualys || !requiresSecrets
      if !input.isEmpty { request.inputs = input }
      request.output = output
      request.replay = replay
      request.streams = stream
      request.settings = set.map { setting in
        let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return (String(parts[0]), String(parts[1]))
      }
    }
    if requiresSecrets, plan.isLive, !callsQualys {
      say("sluice: '\(pipeline)' asks Qualys itself, and this command does not")
      say("  help: give '--replay' with a capture" + (input.isEmpty ? ", or '--input' with saved answers" : ""))
      throw ExitStatus.configuration
    }
    return plan
  }

  /// Checks a pipeline and says what there is to say.
  ///
  /// - Parameter tellsWarnings: Whether that is more than what makes it impossible to go on.
  /// - Throws: the exit code 78 when it cannot run.
  static func plan(
    of pipeline: String,
    tellsWarnings: Bool = true,
    _ change: (inout PlanRequest) -> Void
  ) throws -> Plan {
    let file = try PipelineLocator.find(pipeline)
    let text: String
    do {
      text = try String(contentsOfFile: file, encoding: .utf8)
    } catch {
      say("sluice: cannot read '\(file)': \(error.localizedDescription)")
      throw ExitStatus.configuration
    }
    var request = PlanRequest(text: text, file: file, registry: Components.registry)
    change(&request)
    let (plan, findings) = Plan.check(request)
    for finding in findings where tellsWarnings || finding.severity == .error { say(finding.description) }
    guard let plan else {
      let errors = findings.count { $0.severity == .error }
      say("sluice: \(errors) error\(errors == 1 ? "" : "s") in '\(file)'; nothing was run")
      throw ExitStatus.configuration
    }
    return plan
  }
}

/// Finds pipeline files by name.
enum PipelineLocator {
  /// The path of a pipeline: itself when it is a file, else NAME.yaml in a folder `Pipelines`.
  static func find(_ name: String) throws -> String {
    if name.contains("/") || name.hasSuffix(".yaml") || name.hasSuffix(".yml") || name.hasSuffix(".json") {
      return name
    }
    let folders = folders()
    for folder in folders {
      let path = "\(folder)/\(name).yaml"
      if FileManager.default.fileExists(atPath: path) { return path }
    }
    let known = Set(folders.flatMap { (try? FileManager.default.contentsOfDirectory(atPath: $0)) ?? [] })
      .filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }
    let nearest = Suggestion.closest(to: name, among: known.sorted())
    say("sluice: there is no pipeline '\(name)'" + (nearest.map { "; did you mean '\($0)'?" } ?? ""))
    say("  looked for \(name).yaml in \(folders.joined(separator: ", ")); give a path for a file elsewhere")
    throw ExitStatus.configuration
  }

  /// `Pipelines` here, and beside the program or above it.
  private static func folders() -> [String] {
    var folders = ["Pipelines"]
    var place = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    for _ in 0..<6 where place.path != "/" {
      let folder = place.appending(path: "Pipelines").path
      if FileManager.default.fileExists(atPath: folder) { folders.append(folder) }
      place.deleteLastPathComponent()
    }
    return folders
  }
}
