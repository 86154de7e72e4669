internal import ArgumentParser
internal import Foundation
internal import Pipelines

struct NewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract: "Writes a commented pipeline file to begin with."
  )

  @Argument(help: "The file to write; its name without .yaml names the pipeline.")
  var file: String

  func run() throws {
    let path = file.hasSuffix(".yaml") || file.hasSuffix(".yml") ? file : file + ".yaml"
    guard !FileManager.default.fileExists(atPath: path) else {
      say("sluice: '\(path)' exists already; nothing was written")
      throw ExitStatus.configuration
    }
    let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    do {
      try StarterFile.text(name: name).write(toFile: path, atomically: true, encoding: .utf8)
    } catch {
      say("sluice: cannot write '\(path)': \(error.localizedDescription)")
      throw ExitStatus.tryLater
    }
    say("wrote '\(path)'; next: sluice check \(path)")
  }
}
