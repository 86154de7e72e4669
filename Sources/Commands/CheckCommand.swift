internal import ArgumentParser
internal import Foundation
internal import Pipelines
internal import Qualys

struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Checks a pipeline without running it, and says everything that is wrong at once.",
    discussion: """
      With '--online' it also asks Qualys: whether the user is let in, whether each API of the pipeline answers, how many \
      hosts and assets the user sees, how many calls are left, and how many calls and hours a round of everything will \
      take. That is at most two calls for each stream, and no data; no state is touched. Exit codes then: 78 when a person must \
      do something, 75 when Qualys is not there or lets nobody in for now.
      """
  )

  @OptionGroup var pipeline: PipelineOptions

  @Flag(help: "Look neither at secrets nor at folders, as when the file is checked on another machine.")
  var noEnvironment = false

  @Flag(help: "Ask Qualys, too, by a few calls that give next to nothing.")
  var online = false

  func validate() throws {
    if online, noEnvironment {
      throw ValidationError("'--online' needs the secrets that '--no-environment' does not look at; give one of them.")
    }
  }

  func run() async throws {
    let plan = try pipeline.plan(checksEnvironment: !noEnvironment)
    let streams = plan.streams.map(\.name).joined(separator: ", ")
    say("'\(plan.name)' can run: \(streams)")
    if online { try await checkOnline(plan) }
  }

  private func checkOnline(_ plan: Plan) async throws {
    guard plan.isLive else {
      say("it asks Qualys nothing: there is nothing to check online")
      return
    }
    let result: OnlineCheck.Result
    do {
      guard plan.qualys?.username != nil, plan.qualys?.password != nil else {
        throw Misconfiguration("the user's name and password are not known here, so Qualys was not asked")
      }
      result = try await Interruption.cancelling { try await Self.ask(plan) }
    } catch let error as Misconfiguration {
      say(plan.shown(Diagnostic(.error, error.description, at: plan.qualysLocation)).description)
      throw ExitStatus.configuration
    } catch {
      throw RunCommand.exitCode(of: error)
    }
    for line in result.lines { say(line) }
    for finding in result.findings { say(finding.description) }
    guard result.findings.contains(where: { $0.severity == .error }) else { return }
    throw result.needsPerson ? ExitStatus.configuration : ExitStatus.tryLater
  }

  private static func ask(_ plan: Plan) async throws -> OnlineCheck.Result {
    var limits = TransferLimits()
    // Somebody waits for it.
    limits.firstByte = .seconds(120)
    let network = try LiveStack.network(plan, limits: limits)
    do {
      let result = try await OnlineCheck(plan, network).run()
      await network.shutDown()
      return result
    } catch {
      await network.shutDown()
      throw error
    }
  }
}
