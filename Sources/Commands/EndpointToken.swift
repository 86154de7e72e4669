internal import ArgumentParser
internal import Foundation
internal import Pipelines

/// The token that an endpoint wants, the same for every command that asks one.
struct EndpointToken: ParsableArguments {
  @Option(
    help: ArgumentHelp("The file with the endpoint's token; else it is looked up as SLUICE_TOKEN.", valueName: "file")
  )
  var tokenFile: String?

  /// The token; nil when there is none.
  ///
  /// - Throws: The exit code 78 when the file cannot be read.
  func read() throws -> String? {
    guard let tokenFile else { return SecretSource.system.value(of: "SLUICE_TOKEN") }
    do {
      return try String(contentsOfFile: tokenFile, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    } catch {
      say("sluice: cannot read '\(tokenFile)': \(error.localizedDescription)")
      throw ExitStatus.configuration
    }
  }

  /// Whether a text is the address of an endpoint.
  static func isEndpoint(_ url: String) -> Bool { url.hasPrefix("http://") || url.hasPrefix("https://") }
}
