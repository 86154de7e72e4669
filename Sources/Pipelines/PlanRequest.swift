internal import Foundation

/// What to check, and against what.
package struct PlanRequest: Sendable {
  /// The pipeline file's text.
  package var text: String
  /// The pipeline file as messages call it.
  package var file: String
  /// The pipeline's name when the file does not say.
  package var defaultName: String
  /// The folder that `replay` is relative to.
  package var folder: String
  /// The components that the file may name.
  package var registry: Registry
  /// Where `${NAME}` is looked up.
  package var secrets: SecretSource = .system
  /// Whether folders can be written to.
  package var folders: FolderAccess = .system
  /// Whether secrets and folders are looked at; false for `check --no-environment`.
  package var checksEnvironment = true
  /// Whether a secret that is used and missing is an error, as it is in a run.
  package var requiresSecrets = false
  /// Paths that replace each source (`--input`).
  package var inputs: [String]?
  /// The folder that replaces each sink (`--output`).
  package var output: String?
  /// The capture that answers in Qualys' place (`--replay`), instead of the file's.
  package var replay: String?
  /// Whether a replay may send (`--send`).
  package var sends = false
  /// Whether sinks will only be counted: what they alone need may be missing.
  package var rehearses = false
  /// Whether Qualys itself may be asked; else no secret for it is needed.
  package var callsQualys = true
  /// Options given on the command line (`--set key=value`).
  package var settings: [(key: String, value: String)] = []
  /// What day it is, seconds since 1970: versions of endpoints have an end.
  package var today = Int(Date().timeIntervalSince1970)
  /// The streams to plan (`--stream`); all when empty.
  package var streams: [String] = []

  /// Asks for a check of a text; the pipeline's name, when it has none, and its folder come from `file`.
  package init(text: String, file: String, registry: Registry) {
    self.text = text
    self.file = file
    self.registry = registry
    let slash = file.lastIndex(of: "/")
    folder = slash.map { $0 == file.startIndex ? "/" : String(file[..<$0]) } ?? "."
    let last = slash.map { file[file.index(after: $0)...] } ?? file[...]
    let stem = last.lastIndex(of: ".").map { $0 == last.startIndex ? last : last[..<$0] } ?? last
    defaultName = PipelineName.made(from: stem)
  }
}
