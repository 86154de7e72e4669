import Metrics
import Testing

@testable import Endpoint

@Suite struct PrometheusMetricsTests {
  let metrics = PrometheusMetrics(help: ["calls": "How many.\nOr \\ more."])

  @Test func aCounterIsWrittenAsTheFormatHasIt() {
    let counter = Counter(label: "calls", dimensions: [("api", "detections")], factory: metrics)
    counter.increment(by: 3)
    Counter(label: "calls", dimensions: [("api", "assets")], factory: metrics).increment()
    #expect(
      metrics.text() == """
        # HELP calls How many.\\nOr \\\\ more.
        # TYPE calls counter
        calls{api="assets"} 1
        calls{api="detections"} 3

        """
    )
  }

  @Test(arguments: [-1, 0, .nan, .infinity, -.infinity, -0.5])
  func aCounterTakesNothingThatIsNoGain(_ amount: Double) throws {
    let counter = metrics.makeFloatingPointCounter(label: "calls", dimensions: [])
    counter.increment(by: 1.5)
    counter.increment(by: amount)
    #expect(try PrometheusPage(metrics.text()).samples == ["calls": 1.5])
    counter.reset()
    #expect(try PrometheusPage(metrics.text()).samples == ["calls": 0])
  }

  @Test(arguments: [
    (7, "7"), (-7, "-7"), (0.25, "0.25"), (1e15, "1000000000000000"), (1e300, "1e+300"), (.infinity, "+Inf"),
    (-.infinity, "-Inf"), (.nan, "NaN"),
  ])
  func aNumberIsWrittenAsPrometheusReadsIt(_ value: Double, _ text: String) throws {
    Meter(label: "depth", factory: metrics).set(value)
    #expect(metrics.text() == "# TYPE depth gauge\ndepth \(text)\n")
  }

  @Test func aMeterRisesAndFalls() throws {
    let meter = Meter(label: "depth", factory: metrics)
    meter.set(4)
    meter.increment(by: 2.5)
    meter.decrement(by: 1)
    #expect(try PrometheusPage(metrics.text()).samples == ["depth": 5.5])
  }

  @Test func aGaugeIsWhatWasRecordedLast() throws {
    let gauge = Gauge(label: "depth", factory: metrics)
    gauge.record(4)
    gauge.record(3)
    #expect(try PrometheusPage(metrics.text()).samples == ["depth": 3])
  }

  @Test func aTimerCountsSecondsWithinEachBound() throws {
    let timer = Timer(label: "round", dimensions: [("stream", "a")], factory: metrics)
    for seconds in [0, 1, 60, 100, 50_000] { timer.recordSeconds(seconds) }
    let page = try PrometheusPage(metrics.text())
    #expect(page.families["round"]?.type == "histogram")
    let counts = [
      "0.01": 1, "0.1": 1, "0.5": 1, "1": 2, "5": 2, "15": 2, "60": 3, "300": 4, "900": 4, "3600": 4, "10800": 4,
      "21600": 4, "43200": 4, "+Inf": 5.0,
    ]
    for (bound, count) in counts { #expect(page.samples["round_bucket{stream=a,le=\(bound)}"] == count) }
    #expect(page.samples["round_sum{stream=a}"] == 50_161)
    #expect(page.samples["round_count{stream=a}"] == 5)
    #expect(page.samples.count == counts.count + 2)
  }

  @Test func aRecorderLeavesOutWhatIsNoNumber() throws {
    let recorder = Recorder(label: "size", factory: metrics)
    recorder.record(Double.nan)
    recorder.record(2)
    let page = try PrometheusPage(metrics.text())
    #expect(page.samples["size_count"] == 1)
    #expect(page.samples["size_sum"] == 2)
  }

  @Test func whatIsMadeAgainIsTheSameUntilItIsDestroyed() throws {
    let first = Counter(label: "calls", factory: metrics)
    first.increment()
    Counter(label: "calls", factory: metrics).increment()
    #expect(try PrometheusPage(metrics.text()).samples == ["calls": 2])
    first.destroy()
    #expect(metrics.text() == "")
    Counter(label: "calls", factory: metrics).increment()
    #expect(try PrometheusPage(metrics.text()).samples == ["calls": 1])
  }

  @Test(arguments: [
    ("http.requests-total", "http_requests_total"), ("2xx", "_2xx"), ("", "_"), ("größe", "gr__e"),
    ("a{b} 1\nc", "a_b__1_c"),
  ])
  func anyLabelBecomesAName(_ label: String, _ name: String) throws {
    Counter(label: label, dimensions: [(label, "x")], factory: metrics).increment()
    #expect(try PrometheusPage(metrics.text()).samples == ["\(name){\(name)=x}": 1])
  }

  @Test func theOrderIsThatOfTheNames() {
    let other = PrometheusMetrics()
    let names = ["b", "a", "c"].flatMap { name in ["y", "x"].map { (name, $0) } }
    for (name, label) in names { Counter(label: name, dimensions: [("l", label)], factory: metrics).increment() }
    for (name, label) in names.reversed() {
      Counter(label: name, dimensions: [("l", label)], factory: other).increment()
    }
    #expect(metrics.text() == other.text())
    #expect(metrics.text().hasPrefix("# TYPE a counter\na{l=\"x\"} 1\na{l=\"y\"} 1\n# TYPE b"))
  }

  @Test func nothingIsLostBetweenThreads() async throws {
    await withDiscardingTaskGroup { group in
      for task in 0..<8 {
        group.addTask { [metrics] in
          for index in 0..<500 {
            Counter(label: "calls", dimensions: [("n", "\((task + index) % 5)")], factory: metrics).increment()
            Timer(label: "time", factory: metrics).recordSeconds(1)
          }
        }
      }
    }
    let page = try PrometheusPage(metrics.text())
    #expect(page.samples.filter { $0.key.hasPrefix("calls") }.values.reduce(0, +) == 4000)
    #expect(page.samples["time_sum"] == 4000)
  }
}
