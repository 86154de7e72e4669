/// Where a pipeline's state is.
package enum StateFolder {
  /// The folder of a live run's state: the command line's, the file's, or one of the pipeline's own in
  /// `$STATE_DIRECTORY` (systemd's), `$XDG_STATE_HOME/sluice` or `~/.local/state/sluice`.
  package static func path(
    of pipeline: String,
    option: String?,
    file: String?,
    environment: (_ name: String) -> String?
  ) -> String {
    if let named = option ?? file { return named }
    // systemd separates several by colons; the first is the service's own.
    if let folder = environment("STATE_DIRECTORY")?.split(separator: ":").first { return "\(folder)/\(pipeline)" }
    // What is not absolute is to be ignored, says the XDG specification.
    if let folder = environment("XDG_STATE_HOME"), folder.hasPrefix("/") { return "\(folder)/sluice/\(pipeline)" }
    return "\(environment("HOME") ?? "")/.local/state/sluice/\(pipeline)"
  }
}
