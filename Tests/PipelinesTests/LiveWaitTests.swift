import Streaming
import Testing

@testable import Pipelines
@testable import Sinks

/// How long a live run waits before it tries again.
@Suite struct LiveWaitTests {
  private struct Other: Error {}

  private static func live(random: Double) -> Live {
    var live = Live { _, _, _ in throw Other() }
    live.pace = Pace(elapsed: { .zero }, date: { 0 }, sleep: { _ in }, random: { random })
    return live
  }

  @Test(arguments: [(1, 0, 0.0), (1, 1, 0.9), (3, 4, 0.5), (8, 255, 0.999), (20, 299, 0.999)])
  func fullJitterGrowsToFiveMinutes(_ failures: Int, _ seconds: Int, _ random: Double) {
    #expect(Self.live(random: random).wait(afterFailures: failures, of: Other()) == seconds)
  }

  @Test(arguments: [(900, 901), (1, 299)]) func aServerThatAsksForMoreHasIt(_ asked: Int, _ seconds: Int) {
    var failure = HTTPSink.Failure(kind: .unavailable, description: "later")
    failure.retryAfter = .seconds(asked)
    #expect(Self.live(random: 0.999).wait(afterFailures: 20, of: failure) == seconds)
  }

  @Test(arguments: [true, false]) func onlyWhoWaitsForEverAsksSinksToSaySoon(_ waits: Bool) {
    var context = StreamContext(pipeline: "p", stream: "s")
    context.waits = waits
    #expect(context.patience == (waits ? .seconds(60) : nil))
  }
}
