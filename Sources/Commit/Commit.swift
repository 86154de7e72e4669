import Foundation
import PackagePlugin

/// Writes down which commit is built, anew with each one; nothing where there is no git.
///
/// A package manifest knows its commit, too, but is not read again when only the commit changes.
@main struct Commit: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    let repository = context.package.directoryURL.appending(path: ".git")
    let file = context.pluginWorkDirectoryURL.appending(path: "Commit.swift")
    // Each commit, checkout and merge adds a line to it.
    let log = repository.appending(path: "logs/HEAD")
    // A repository may be another user's: only a name is read from it.
    let script = """
      commit=$(git -c safe.directory='*' --git-dir="$0" rev-parse --short=7 HEAD 2>/dev/null) \
      && text="\\"$commit\\"" || text=nil
      echo "let commit: String? = $text" > "$1"
      """
    return [
      .buildCommand(
        displayName: "Looking up the commit",
        executable: URL(fileURLWithPath: "/bin/sh"),
        arguments: ["-c", script, repository.path, file.path],
        inputFiles: FileManager.default.fileExists(atPath: log.path) ? [log] : [],
        outputFiles: [file]
      )
    ]
  }
}
