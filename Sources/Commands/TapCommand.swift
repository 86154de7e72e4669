internal import ArgumentParser
internal import Foundation

struct TapCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tap",
    abstract: "Shows a sample of the records passing in a running service, each as a line of JSON.",
    discussion: """
      Behind the last stage, as the sinks get them, or behind the one that '--after' names: a stage, the source, \
      OUTPUT/STAGE in an output, OUTPUT for what its sinks get. Lines are shown as they are, records before them as \
      their fields, texts to their 200th character, all to 64 KiB. What is shown is your data: hosts, addresses, results.

      It never slows the stream: ten records a second at most, of the first 64 of a batch, and none while nobody reads; \
      what '--where' looks for may pass unseen. A tap lasts until the service ends or reads its file anew, or to \
      Ctrl-C. A pipeline has four at most. It always needs the endpoint's token.

        sluice tap detections/detections
        sluice tap detections/detections --after split-detections --where '{ field: DETECTION.SEVERITY, at-least: 4 }'
        sluice tap detections/detections --limit 1 | jq .

      Exit codes: 0 it was ended here; 64 there is no such stream or stage, or the filter is wrong; 75 nothing answers, or the \
      service has ended it; 78 it wants a token.
      """
  )

  @Argument(help: ArgumentHelp("The pipeline's name, and the stream's.", valueName: "pipeline/stream"))
  var place: String

  @Option(help: ArgumentHelp("The stage behind which to look.", valueName: "stage"))
  var after: String?

  @Option(
    name: .customLong("where"),
    help: ArgumentHelp("Show only these, in the words of the stage 'filter'.", valueName: "filter")
  )
  var filter: String?

  @Option(help: ArgumentHelp("End after so many records.", valueName: "count"))
  var limit: Int?

  @Option(help: "The endpoint of the service.")
  var url = "http://127.0.0.1:8090"

  @OptionGroup var token: EndpointToken

  func validate() throws {
    guard EndpointToken.isEndpoint(url) else {
      throw ValidationError("'--url' begins with http:// or https://, such as http://127.0.0.1:8090.")
    }
    guard place.split(separator: "/", omittingEmptySubsequences: false).count == 2 else {
      throw ValidationError("Say which stream as PIPELINE/STREAM, such as detections/detections.")
    }
    if let limit, limit < 1 { throw ValidationError("'--limit' takes a number from 1.") }
  }

  func run() async throws {
    let feed = TapFeed(url, place: place, after: after, where: filter, token: try token.read())
    do {
      try await Interruption.cancelling { [limit] in
        do {
          try await feed.read(limit: limit) { line in try FileHandle.standardOutput.write(contentsOf: line) }
        } catch {
          await feed.close()
          throw error
        }
        await feed.close()
      }
    } catch is CancellationError {
      return
    } catch let failure as TapFeed.Failure {
      say("sluice: \(failure)")
      throw failure.code
    }
  }
}
