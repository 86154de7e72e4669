import HTTPTypes
import HummingbirdTesting
import Service
import Testing

@testable import Endpoint

@Suite struct ServiceMetricsTests {
  @Test func everyNumberOfAStatusIsTold() async throws {
    let answer = try await withEndpoint(over: FixedControl(.full())) { try await $0.ask("/metrics") }
    #expect(answer.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
    let page = try PrometheusPage(answer.text)
    #expect(page.order == ServiceMetric.all.filter { $0.kind != .histogram }.map(\.name).sorted())
    let stream = "pipeline=qualys,stream=detections"
    let told = page.samples.filter { !$0.key.contains("stream=knowledge base") && !$0.key.contains("_state{") }
    #expect(
      told == [
        "sluice_records_in_total{\(stream)}": 1, "sluice_records_out_total{\(stream)}": 2,
        "sluice_records_filtered_total{\(stream)}": 3, "sluice_dead_letters_total{\(stream)}": 4,
        "sluice_bytes_out_total{\(stream)}": 5_000_000_000_000, "sluice_repaired_characters_total{\(stream)}": 6,
        "sluice_pages_total{\(stream)}": 7, "sluice_rounds_total{\(stream)}": 8,
        "sluice_retries_total{\(stream),cause=ThirdPartyGeneric}": 9, "sluice_retries_total{\(stream),cause=other}": 10,
        "sluice_last_round_duration_seconds{\(stream)}": 11, "sluice_queue_records{\(stream)}": 16,
        "sluice_watermark_age_seconds{\(stream)}": 12,
        "sluice_stream_health{\(stream)}": 2, "sluice_spool_lines{\(stream),sink=1/2 http}": 13,
        "sluice_spool_bytes{\(stream),sink=1/2 http}": 14, "sluice_spool_limit_bytes{\(stream),sink=1/2 http}": 15,
        "sluice_rate_calls_left{pipeline=qualys,api=detections}": 250,
        "sluice_rate_calls_limit{pipeline=qualys,api=detections}": 300, "sluice_resident_memory_bytes": 50_000_000,
        "sluice_start_time_seconds": 1_800_000_000,
      ]
    )
  }

  @Test func whatIsNotKnownYetIsNotTold() throws {
    let page = try pages(of: [.sample()])[0]
    for name in ["sluice_last_round_duration_seconds", "sluice_watermark_age_seconds", "sluice_retries_total"] {
      #expect(page.families[name] == nil)
    }
    #expect(page.samples["sluice_records_in_total{pipeline=qualys,stream=detections}"] == 0)
  }

  @Test(arguments: StreamState.allCases) func oneStateIsOneAndTheOthersAreNone(_ state: StreamState) throws {
    let page = try pages(of: [.sample(.pending), .sample(state)])[1]
    for other in StreamState.allCases {
      let series = "sluice_stream_state{pipeline=qualys,stream=detections,state=\(other.rawValue)}"
      #expect(page.samples[series] == (other == state ? 1 : 0))
    }
  }

  @Test(arguments: [
    ([5, 5, 9], [5, 5, 9]),
    // A stream that began anew counts from nothing.
    ([5, 3, 4], [5, 8, 9]), ([5, 0, 5], [5, 5, 10]), ([0, 1, 0], [0, 1, 1]),
  ])
  func countersNeverGoBack(_ counts: [Int], _ told: [Double]) throws {
    let statuses = counts.map { count in
      var status = ServiceStatus.sample()
      status.pipelines[0].streams[0].counts.recordsIn = count
      return status
    }
    let numbers = try pages(of: statuses).map {
      $0.samples["sluice_records_in_total{pipeline=qualys,stream=detections}"]
    }
    #expect(numbers == told)
  }

  @Test func aStreamThatIsNoMoreIsNotToldOf() throws {
    var without = ServiceStatus.full()
    without.pipelines[0].streams.removeFirst()
    let pages = try pages(of: [.full(), without, .full()])
    #expect(!pages[1].samples.keys.contains { $0.contains("stream=detections") })
    #expect(pages[1].samples.keys.contains { $0.contains("stream=knowledge base") })
    #expect(pages[2].samples == pages[0].samples)
  }

  @Test(arguments: [
    #"a"b"#, #"a\b"#, #"a\"#, "a\nb", "a\r\nb", #"\n"#, "a}b", "a,b=\"c\"", "\"\u{301}", "\\\u{301}", "ü€😀", "",
  ])
  func anyNameOfAStreamIsReadAsItWas(_ name: String) throws {
    var status = ServiceStatus.sample()
    status.pipelines[0].streams[0].name = name
    let page = try pages(of: [status])[0]
    #expect(page.samples["sluice_pages_total{pipeline=qualys,stream=\(name)}"] == 0)
  }

  @Test(arguments: ServiceMetric.all.map(\.name)) func theTableFollowsPrometheusCustoms(_ name: String) throws {
    let metrics = ServiceMetric.all.filter { $0.name == name }
    let metric = try #require(metrics.first)
    #expect(metrics.count == 1)
    #expect(name.wholeMatch(of: /sluice_[a-z]+(_[a-z]+)*/) != nil)
    #expect(name.hasSuffix("_total") == (metric.kind == .counter))
    #expect(name.hasSuffix("_seconds") == metric.unit.hasPrefix("seconds"))
    #expect(metric.meaning.hasSuffix("."))
    guard metric.kind != .histogram else { return }
    let page = try pages(of: [.full()])[0]
    #expect(page.families[name]?.help == "\(metric.meaning) Unit: \(metric.unit).")
    #expect(page.families[name]?.type == (metric.kind == .counter ? "counter" : "gauge"))
  }

  /// What is told after each of several looks.
  private func pages(of statuses: [ServiceStatus]) throws -> [PrometheusPage] {
    let prometheus = PrometheusMetrics.ofService()
    let metrics = ServiceMetrics(factory: prometheus)
    return try statuses.map { status in
      try PrometheusPage(metrics.update(from: { status }, then: prometheus.text))
    }
  }
}

extension ServiceStatus {
  /// A status in which every number of the first stream is another.
  static func full() -> ServiceStatus {
    var status = sample()
    var stream = status.pipelines[0].streams[0]
    stream.health = .red
    stream.counts.recordsIn = 1
    stream.counts.recordsOut = 2
    stream.counts.filtered = 3
    stream.counts.deadLettered = 4
    stream.counts.bytesOut = 5_000_000_000_000
    stream.counts.repairedCharacters = 6
    stream.counts.pages = 7
    stream.rounds = 8
    stream.counts.retries = ["ThirdPartyGeneric": 9, "other": 10]
    stream.last = Round(began: 1_800_000_000)
    stream.last?.ended = 1_800_000_011
    stream.behind = 12
    stream.queued = 16
    var output = Output(name: "1")
    output.sinks = [Sink(name: "gzip-file", lines: 2, bytes: 3), Sink(name: "http", lines: 2, bytes: 3)]
    output.sinks[1].spool = Spool(lines: 13, bytes: 14, limit: 15)
    stream.outputs = [output]
    status.pipelines[0].streams[0] = stream
    return status
  }
}
