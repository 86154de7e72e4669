internal import ArgumentParser
internal import Service

struct TopCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "top",
    abstract: "Shows how a running service stands, each second.",
    discussion: """
      Streams with their state, how far they are behind, records and bytes in a second, the calls that Qualys still \
      allows, and what is wrong. q quits, p pauses. Where nobody sees it, and with '--once', it prints the same once; \
      that is a health check, too.

      Exit codes: 0 the service answers, however its streams stand; 75 nothing answers; 78 it wants a token.
      """
  )

  @Argument(help: "The endpoint of the service.")
  var url = "http://127.0.0.1:8090"

  @Flag(help: "Print it once.")
  var once = false

  @OptionGroup var token: EndpointToken

  func validate() throws {
    guard EndpointToken.isEndpoint(url) else {
      throw ValidationError("The endpoint begins with http:// or https://, such as http://127.0.0.1:8090.")
    }
  }

  func run() async throws {
    let feed = StatusFeed(url, token: try token.read())
    do {
      if once || !Terminal.isThere {
        try await printOnce(feed)
      } else {
        var loop = TopLoop(feed)
        await loop.run()
      }
    } catch {
      await feed.close()
      throw error
    }
    await feed.close()
  }

  private func printOnce(_ feed: StatusFeed) async throws {
    do throws(StatusFeed.Failure) {
      let status = try await feed.status()
      let lines = TopScreen.lines(status, previous: nil, width: 200, height: .max, colour: false)
      print(lines.joined(separator: "\n"))
    } catch {
      say("sluice: \(error)")
      throw error.isConfiguration ? ExitStatus.configuration : ExitStatus.tryLater
    }
  }
}
