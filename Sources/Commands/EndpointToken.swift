internal import ArgumentParser
internal import Endpoint
internal import Foundation
internal import Pipelines
internal import Qualys

/// The token that an endpoint wants, the same for every command that asks one.
struct EndpointToken: ParsableArguments {
  @Option(
    help: ArgumentHelp("The file with the endpoint's token; else it is looked up as SLUICE_TOKEN.", valueName: "file")
  )
  var tokenFile: String?

  /// The token; nil when the command line names no file, and there is none to be found.
  ///
  /// - Throws: The exit code 78 when a file cannot be read, or is open to others.
  func read() throws -> String? { try Self.read(from: tokenFile) }

  /// The token in a file, else where every secret is looked up; says what is the matter with where it stands.
  ///
  /// - Returns: nil when no file is named, and there is none to be found.
  /// - Throws: The exit code 78 when a file cannot be read, or is open to others.
  static func read(from file: String?) throws -> String? {
    do {
      guard let file else {
        let found = try SecretSource.system.find(EndpointSettings.tokenName)
        if let exposure = found?.exposure { say("sluice: \(exposure)") }
        return found?.value
      }
      guard let read = SecretFile.read(file) else {
        say("sluice: cannot read the token in '\(file)'")
        throw ExitStatus.configuration
      }
      if let exposure = read.exposure {
        if exposure.isRefused { throw exposure }
        say("sluice: \(exposure)")
      }
      return read.text.trimmingCharacters(in: .whitespacesAndNewlines)
    } catch let exposure as ExposedSecret {
      say("sluice: \(exposure)")
      throw ExitStatus.configuration
    }
  }

  /// Whether a text is the address of an endpoint.
  static func isEndpoint(_ url: String) -> Bool { url.hasPrefix("http://") || url.hasPrefix("https://") }
}
