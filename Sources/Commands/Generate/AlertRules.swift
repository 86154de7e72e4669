/// Alert rules for Prometheus, one group: what a person should know of the streams, each with its own limits.
struct AlertRules {
  private struct Rule {
    var name: String
    var expression: String
    /// How long it must hold.
    var lasting: String
    var isCritical = false
    /// What tells it from another of its name.
    var labels = ""
    var summary: String
    var description: String
  }

  private let deployment: Deployment

  init(_ deployment: Deployment) { self.deployment = deployment }

  var text: String {
    ([Comment.text(comment), "groups:", "  - name: sluice", "    rules:"] + rules.map(Self.text))
      .joined(separator: "\n")
  }

  private var comment: [String] {
    [
      deployment.origin(.alerts),
      "",
      "  promtool check rules sluice-rules.yaml",
      "",
      "Name it under rule_files: of Prometheus, and let Prometheus read /metrics of the service.",
      "A stream is behind when its data is older than twice its 'every'.",
      "",
      "Tested: 'promtool check rules' and 'promtool test rules' (Prometheus 2.42). Not tested: an Alertmanager.",
    ]
  }

  private var rules: [Rule] {
    general
      + deployment.pipelines.flatMap { pipeline in
        pipeline.streams.flatMap { Self.rules(of: $0, in: pipeline) }
      }
  }

  /// Chooses the pipelines.
  private var chosen: String { #"pipeline=~"\#(deployment.pipelines.map(\.name).joined(separator: "|"))""# }

  private var general: [Rule] {
    let share = max(1, (deployment.pipelines.map(\.leave).filter { $0 > 0 }.min() ?? 20) / 2)
    let stream = "{{ $labels.pipeline }}/{{ $labels.stream }}"
    return [
      Rule(
        name: "SluiceDown",
        expression: "absent(sluice_start_time_seconds)",
        lasting: "5m",
        isCritical: true,
        summary: "Sluice is not there",
        description: "Nobody has given its metrics for five minutes: does the service run, can Prometheus reach it?"
      ),
      Rule(
        name: "SluiceStreamError",
        expression: #"sluice_stream_state{\#(chosen),state="Error"} == 1"#,
        lasting: "10m",
        isCritical: true,
        summary: "\(stream) is in Error",
        description: "It says itself what is wrong and whether a person must act: 'sluice top', or /status."
      ),
      Rule(
        name: "SluiceDeadLetters",
        expression: "increase(sluice_dead_letters_total{\(chosen)}[1h]) > 0",
        lasting: "0m",
        summary: "{{ $value | humanize }} records of \(stream) became dead letters within an hour",
        description: "Each stands in the dead-letter file with the reason; nothing is lost."
      ),
      Rule(
        name: "SluiceCallsNearlyUsedUp",
        expression: "sluice_rate_calls_left{\(chosen)} / sluice_rate_calls_limit < 0.\(share < 10 ? "0" : "")\(share)",
        lasting: "15m",
        summary: "Less than \(share) % of the calls of {{ $labels.api }} are left",
        description: "Sluice leaves more than that to others, so others use them: it waits, and falls behind."
      ),
      Rule(
        name: "SluiceMemory",
        expression: "sluice_resident_memory_bytes > \(deployment.memory * 9 / 10 * 1_048_576)",
        lasting: "10m",
        summary: "Sluice holds {{ $value | humanize1024 }}B of memory",
        description: "Its bound is \(deployment.memory) MiB, which it should never come near. Please report it."
      ),
    ]
  }

  private static func rules(of stream: Deployment.Stream, in pipeline: Deployment.Pipeline) -> [Rule] {
    let chosen = #"{pipeline="\#(pipeline.name)",stream="\#(stream.name)"}"#
    let name = "\(pipeline.name)/\(stream.name)"
    let labels = ", pipeline: \(pipeline.name), stream: \(stream.name)"
    let limit = 2 * stream.every
    let started = "(time() - sluice_start_time_seconds)"
    return [
      Rule(
        name: "SluiceStreamBehind",
        expression: "sluice_watermark_age_seconds\(chosen) > \(limit)",
        lasting: "5m",
        labels: labels,
        summary: "\(name) is {{ $value | humanizeDuration }} behind",
        description: "More than twice the \(Figures.time(stream.every)) between its rounds. 'sluice top' says why."
      ),
      Rule(
        name: "SluiceNoRound",
        expression:
          "increase(sluice_rounds_total\(chosen)[\(limit)s]) == 0 and on (instance, job) \(started) > \(limit)",
        lasting: "5m",
        labels: labels,
        summary: "\(name) has finished no round for \(Figures.time(limit))",
        description: "A round should end every \(Figures.time(stream.every)). 'sluice top' says what it waits for."
      ),
    ]
  }

  private static func text(_ rule: Rule) -> String {
    """
          - alert: \(rule.name)
            expr: \(YAMLText.quoted(rule.expression))
            for: \(rule.lasting)
            labels: { severity: \(rule.isCritical ? "critical" : "warning")\(rule.labels) }
            annotations:
              summary: \(YAMLText.quoted(rule.summary))
              description: \(YAMLText.quoted(rule.description))
    """
  }
}
