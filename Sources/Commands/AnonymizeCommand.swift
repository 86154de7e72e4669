internal import ArgumentParser
internal import Foundation
internal import Qualys

struct AnonymizeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "anonymize",
    abstract: "Copies a capture with pseudonyms, so that a failing page can be shared.",
    discussion: """
      Hosts, domains, users, IP and MAC addresses, cloud instances and serial numbers get pseudonyms, the same name the \
      same one in the whole capture, also inside RESULTS. What looks like an IPv4 address is taken for one, such as a \
      version of four numbers. Ids, tags, paths and software stay: look before you share. The capture's state is left out.

        sluice anonymize captures/detections/20261122T013226Z-1 --to shared
      """
  )

  @Argument(help: "The folder of the capture.")
  var capture: String

  @Option(help: ArgumentHelp("The folder to write into; a new or an empty one.", valueName: "folder"))
  var to: String

  @OptionGroup var pseudonyms: PseudonymOptions

  func run() async throws {
    let anonymizer = try pseudonyms.anonymizer()
    do {
      let summary = try await Interruption.cancelling { [capture, to] in try await anonymizer.copy(capture, to: to) }
      say(PseudonymOptions.text(of: summary, to))
    } catch {
      throw RunCommand.exitCode(of: error)
    }
  }
}

/// How pseudonyms are made.
struct PseudonymOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Make pseudonyms with the key in this file, 16 bytes or more, so that several captures agree; else with one that "
        + "is thrown away.",
      valueName: "path"
    )
  )
  var anonymizeKeyFile: String?

  /// - Throws: the exit code 78 when the key cannot be used.
  func anonymizer() throws -> Anonymizer {
    guard let anonymizeKeyFile else { return Anonymizer() }
    guard let key = FileManager.default.contents(atPath: anonymizeKeyFile) else {
      say("sluice: the key '\(anonymizeKeyFile)' cannot be read")
      throw ExitStatus.configuration
    }
    // A link is as open as what it names.
    let file = URL(fileURLWithPath: anonymizeKeyFile).resolvingSymlinksInPath().path
    let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
    guard (mode ?? 0) & 0o077 == 0 else {
      say("sluice: the key '\(anonymizeKeyFile)' is open to others than its owner; close it: chmod 600")
      throw ExitStatus.configuration
    }
    guard key.count >= 16 else {
      say("sluice: the key '\(anonymizeKeyFile)' has \(key.count) bytes; give it 16 or more: head -c 32 /dev/urandom")
      throw ExitStatus.configuration
    }
    return Anonymizer(key: Array(key))
  }

  /// What was done, for a person.
  static func text(of summary: Anonymizer.Summary, _ folder: String) -> String {
    "\(Figures.count(summary.answers)) answers with pseudonyms for \(Figures.count(summary.names)) names in '\(folder)'"
  }
}
