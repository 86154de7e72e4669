internal import Foundation

/// A dashboard for Grafana: every metric of the service, by pipeline and stream.
struct Dashboard {
  private let deployment: Deployment

  init(_ deployment: Deployment) { self.deployment = deployment }

  /// The dashboard's JSON, to be imported or provisioned.
  func text() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(model), as: UTF8.self)
  }

  private var model: GrafanaDashboard {
    var dashboard = GrafanaDashboard(
      title: "Sluice: \(deployment.title)",
      uid: "sluice-" + String(deployment.title.filter { $0 != "," && $0 != " " }.prefix(32)),
      description: """
        \(deployment.origin(.dashboard)) Import it, or provision it. Tested: it is JSON, has a panel for every metric, \
        and promtool (Prometheus 2.42) reads every expression. Not tested: in a Grafana.
        """
    )
    let names = deployment.pipelines.map(\.name).joined(separator: "|")
    dashboard.templating.list = [
      .dataSource,
      .labels("pipeline", of: #"sluice_stream_state{pipeline=~"\#(names)"}"#),
      .labels("stream", of: #"sluice_stream_state{pipeline=~"$pipeline"}"#),
    ]
    var (x, y) = (0, 0)
    for (index, panel) in Self.panels.enumerated() {
      if x + panel.width > GrafanaDashboard.width { (x, y) = (0, y + GrafanaDashboard.Panel.height) }
      dashboard.panels.append(GrafanaDashboard.Panel(panel, id: index + 1, x: x, y: y))
      x += panel.width
    }
    return dashboard
  }

  // MARK: - Panels

  /// A panel: what it shows, in which unit of Grafana's, and how wide it is.
  struct Panel {
    var title: String
    var unit = "short"
    var width = 8
    var isNumber = false
    /// Expressions, each with what its lines are called.
    var lines: [(expression: String, legend: String)]
  }

  private static let stream = #"{pipeline=~"$pipeline",stream=~"$stream"}"#
  private static let pipeline = #"{pipeline=~"$pipeline"}"#
  private static let streamName = "{{pipeline}}/{{stream}}"

  private static let panels = [
    Panel(
      title: "States",
      width: 12,
      lines: [("sluice_stream_state\(stream) == 1", "\(streamName) {{state}}")]
    ),
    number("Up since", "dateTimeFromNow", "sluice_start_time_seconds * 1000"),
    number("Memory", "bytes", "sluice_resident_memory_bytes"),
    Panel(
      title: "Behind by",
      unit: "s",
      width: 12,
      lines: [("sluice_watermark_age_seconds\(stream)", streamName)]
    ),
    Panel(
      title: "Calls that Qualys still allows",
      width: 12,
      lines: [
        ("sluice_rate_calls_left\(pipeline)", "{{pipeline}} {{api}} left"),
        ("sluice_rate_calls_limit\(pipeline)", "{{pipeline}} {{api}} allowed"),
      ]
    ),
    rate("Records in", "sluice_records_in_total"),
    rate("Records out", "sluice_records_out_total"),
    rate("Bytes out", "sluice_bytes_out_total", unit: "Bps"),
    rate("Records filtered out", "sluice_records_filtered_total"),
    growth("Dead letters", "sluice_dead_letters_total"),
    growth("Characters repaired", "sluice_repaired_characters_total"),
    growth("Pages", "sluice_pages_total"),
    growth("Rounds", "sluice_rounds_total"),
    growth("Tries again", "sluice_retries_total", legend: "\(streamName) {{cause}}"),
    Panel(
      title: "How long the last round took",
      unit: "s",
      width: 12,
      lines: [("sluice_last_round_duration_seconds\(stream)", streamName)]
    ),
    Panel(
      title: "How long a page takes",
      unit: "s",
      width: 12,
      lines: [
        (
          "rate(sluice_page_duration_seconds_sum\(stream)[$__rate_interval])"
            + " / rate(sluice_page_duration_seconds_count\(stream)[$__rate_interval])",
          streamName
        )
      ]
    ),
    Panel(title: "Records that wait", width: 12, lines: [("sluice_queue_records\(stream)", streamName)]),
    Panel(
      title: "Health: 0 green, 1 yellow, 2 red",
      width: 12,
      lines: [("sluice_stream_health\(stream)", streamName)]
    ),
  ]

  private static func number(_ title: String, _ unit: String, _ expression: String) -> Panel {
    Panel(title: title, unit: unit, width: 6, isNumber: true, lines: [(expression, title)])
  }

  private static func rate(_ title: String, _ metric: String, unit: String = "cps") -> Panel {
    Panel(title: title, unit: unit, lines: [("rate(\(metric)\(stream)[$__rate_interval])", streamName)])
  }

  private static func growth(_ title: String, _ metric: String, legend: String = streamName) -> Panel {
    Panel(title: title, lines: [("increase(\(metric)\(stream)[$__interval])", legend)])
  }
}
