internal import ArgumentParser
internal import Foundation
public import Pipelines

/// The program: its commands, for `sluice` itself and for a program of your own with a stage more.
///
/// ```swift
/// var registry = Registry.standard
/// registry.register(MaskAddresses.self)
/// await Sluice.main(registry: registry)
/// ```
public enum Sluice {
  /// Runs the command that the process was called with, and ends the process with its exit code.
  ///
  /// - Parameters:
  ///   - registry: The components that a pipeline file may name.
  ///   - commit: What `--version` says besides the number.
  public static func main(registry: Registry = .standard, commit: String? = nil) async {
    // What is written is for this user alone, and a reader that goes away is an answer, not a death.
    umask(0o077)
    signal(SIGPIPE, SIG_IGN)
    // Memory holds secrets and hosts' data, so that none of it is left behind by a crash.
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    await Version.$commit.withValue(commit) {
      await Components.$registry.withValue(registry) { await SluiceCommand.main() }
    }
  }
}

/// The components that commands know.
enum Components {
  @TaskLocal static var registry = Registry.standard
}

struct SluiceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sluice",
    abstract: "Streams Qualys VMDR data to wherever security teams read logs.",
    discussion: """
      Begin with 'sluice run demo', then 'sluice new my-pipeline.yaml'.

      Exit codes: 0 done, 64 the command line is wrong, 65 an answer could not be read to its end (what was complete \
      is delivered) or does not hold what 'trace' looks for, 70 records are unaccounted for, 75 try again later (disk, another run), 78 the pipeline file is \
      wrong.
      """,
    version: "sluice \(Version.text)",
    subcommands: [
      RunCommand.self, ServeCommand.self, StatusCommand.self, ResetCommand.self, TraceCommand.self,
      EstimateCommand.self,
      CheckCommand.self, ExplainCommand.self,
      ListCommand.self,
      DescribeCommand.self,
      GraphCommand.self, SchemaCommand.self, NewCommand.self, SimulateCommand.self,
      CaptureCommand.self, AnonymizeCommand.self,
      GenerateCommand.self, TopCommand.self, TapCommand.self,
    ]
  )
}

/// What the process says by its exit code (sysexits).
enum ExitStatus {
  static let data = ExitCode(65)
  static let software = ExitCode(70)
  static let tryLater = ExitCode(75)
  static let configuration = ExitCode(78)

  /// The one of several that is said, the worst: records lost, then what a person must do, then what passes, then what
  /// could not be read.
  static func worst(_ codes: [ExitCode]) -> ExitCode? {
    [software, configuration, tryLater, data].first { codes.contains($0) } ?? codes.first
  }
}

/// Writes a line for the person at the terminal.
func say(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
