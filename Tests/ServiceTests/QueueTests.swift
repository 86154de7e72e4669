import Pipelines
import Streaming
import Testing

@testable import Pipelines
@testable import Service

@Suite struct QueueTests {
  private static let file = """
    name: plain
    source: detections
    stages: [decode-detections, split-detections, encode-json]
    sinks: [stdout]
    """

  private struct One: Record {
    static let portName = "ones"
  }

  /// What stages and sinks have counted in a round, and how many records wait between them.
  @Test(arguments: [
    ([(0, 0), (0, 0)], 0, 0),
    // The second stage has not yet had what the first gave.
    ([(0, 7), (0, 0)], 0, 7),
    // The second makes three of each, and the sinks have had some.
    ([(0, 7), (5, 15)], 9, 8),
    ([(0, 7), (7, 21)], 21, 0),
    // Meters were read while they counted.
    ([(0, 7), (7, 21)], 22, 0),
  ])
  func whatHasLeftAStageAndNotComeToTheNextWaits(
    _ stages: [(entered: Int, left: Int)],
    _ lines: Int,
    _ waiting: Int
  ) throws {
    let (plan, _) = Plan.check(PlanRequest(text: Self.file, file: "plain.yaml", registry: .standard))
    let board = StreamBoard(try #require(plan).streams[0]) { 0 }
    let meters = try stages.enumerated().map { number, counts in
      let meter = StageMeter("stage \(number)")
      var outlet = Outlet<One>()
      outlet.append(contentsOf: (0..<counts.left).map { _ in One() })
      try meter.count(entered: counts.entered, outlet, on: Page(number: 0, origin: "test"))
      return meter
    }
    board.watch(WatchedStream(stream: "detections", stages: [meters[0]], outputs: [("", [meters[1]], ["stdout"])]))
    board.progress(Run.Progress(stream: "detections", outputs: [Run.Progress.Taken(lines: lines)]))
    #expect(board.status([]).queued == waiting)
  }
}
