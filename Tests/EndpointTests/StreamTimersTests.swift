import Endpoint
import Service
import Synchronization
import Testing

@testable import Service

@Suite struct StreamTimersTests {
  @Test func pagesCountFromTheOneBefore() throws {
    let prometheus = PrometheusMetrics.ofService()
    let now = Mutex(Duration.seconds(100))
    let timers = StreamTimers(of: "detections", in: "qualys", prometheus) { now.withLock(\.self) }
    func pass(_ seconds: Int) { now.withLock { $0 += .seconds(seconds) } }
    // A page that belongs to no round is none.
    timers.endPage()
    timers.beginRound()
    pass(2)
    timers.endPage()
    pass(40)
    timers.endPage()
    pass(3)
    timers.endRound()
    let page = try PrometheusPage(prometheus.text())
    let labels = "{pipeline=qualys,stream=detections}"
    #expect(page.samples["sluice_page_duration_seconds_sum\(labels)"] == 42)
    #expect(page.samples["sluice_page_duration_seconds_count\(labels)"] == 2)
    #expect(page.samples["sluice_page_duration_seconds_bucket{pipeline=qualys,stream=detections,le=5}"] == 1)
    #expect(page.samples["sluice_round_duration_seconds_sum\(labels)"] == 45)
    #expect(page.families["sluice_page_duration_seconds"]?.help?.hasSuffix("Unit: seconds.") == true)
  }
}
