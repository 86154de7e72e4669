internal import Service

extension ServiceMetric {
  /// Every metric there is: names, units and meanings are documented here and nowhere else.
  package static let all: [ServiceMetric] = [
    .stream("sluice_records_in_total", .counter, unit: "records", "Records that came in.") { $0.counts.recordsIn },
    .stream("sluice_records_out_total", .counter, unit: "lines", "Lines that the sinks took.") { $0.counts.recordsOut },
    .stream("sluice_records_filtered_total", .counter, unit: "records", "Records that stages left out on purpose.") {
      $0.counts.filtered
    },
    .stream("sluice_dead_letters_total", .counter, unit: "records", "Records that went to the dead letters.") {
      $0.counts.deadLettered
    },
    .stream("sluice_bytes_out_total", .counter, unit: "bytes", "Size of the lines that the sinks took.") {
      $0.counts.bytesOut
    },
    .stream(
      "sluice_repaired_characters_total",
      .counter,
      unit: "characters",
      "Characters that XML forbids and that were replaced."
    ) { $0.counts.repairedCharacters },
    .stream("sluice_pages_total", .counter, unit: "pages", "Pages that are committed.") { $0.counts.pages },
    .stream("sluice_rounds_total", .counter, unit: "rounds", "Rounds that were finished.") { $0.rounds },
    .stream(
      "sluice_retries_total",
      .counter,
      unit: "tries",
      by: "cause",
      "Tries that followed a failure, by the failure's class."
    ) { $0.counts.retries.map { ($0.key, $0.value) } },

    .durations(StreamTimers.pages, "How long pages took: from the commit of the page before, waits included."),
    .durations(StreamTimers.rounds, "How long finished rounds took."),
    .stream("sluice_last_round_duration_seconds", .gauge, unit: "seconds", "How long the last finished round took.") {
      $0.last.flatMap { round in round.ended.map { $0 - round.began } }
    },
    .stream(
      "sluice_watermark_age_seconds",
      .gauge,
      unit: "seconds",
      "How old what was collected is: since the beginning of the round that gave it."
    ) { $0.behind },
    .stream(
      "sluice_queue_records",
      .gauge,
      unit: "records",
      "Records that wait between two stages, or before the sinks."
    ) { $0.queued },
    .stream(
      "sluice_stream_state",
      .gauge,
      unit: "1 or 0",
      by: "state",
      "1 for the state that the stream is in, 0 for the others."
    ) { stream in StreamState.allCases.map { ($0.rawValue, stream.state == $0 ? 1 : 0) } },
    .stream("sluice_stream_health", .gauge, unit: "colour", "0 for green, 1 for yellow, 2 for red.") { stream in
      switch stream.health {
      case .green: 0
      case .yellow: 1
      case .red: 2
      }
    },

    .stream(
      "sluice_spool_lines",
      .gauge,
      unit: "lines",
      by: "sink",
      "Lines that wait on disk for a sink, told apart by its output and number."
    ) { $0.spools.map { ($0.sink, $0.spool.lines) } },
    .stream("sluice_spool_bytes", .gauge, unit: "bytes", by: "sink", "What waits for a sink has so much of the disk.") {
      $0.spools.map { ($0.sink, $0.spool.bytes) }
    },
    .stream("sluice_spool_limit_bytes", .gauge, unit: "bytes", by: "sink", "How much of the disk a spool may have.") {
      $0.spools.map { ($0.sink, $0.spool.limit) }
    },

    .rate("sluice_rate_calls_left", .gauge, unit: "calls", "Calls that an API of Qualys still takes in its window.") {
      $0.left
    },
    .rate("sluice_rate_calls_limit", .gauge, unit: "calls", "Calls that an API of Qualys takes in a window.") {
      $0.limit
    },

    .service("sluice_resident_memory_bytes", .gauge, unit: "bytes", "Memory of the process that is resident.") {
      $0.memory
    },
    .service("sluice_start_time_seconds", .gauge, unit: "seconds since 1970", "When the service began to run.") {
      $0.started
    },
  ]
}

extension ServiceStatus.Stream {
  /// The spools of its sinks, by `OUTPUT/NUMBER SINK`.
  fileprivate var spools: [(sink: String, spool: ServiceStatus.Spool)] {
    outputs.flatMap { output in
      output.sinks.enumerated().compactMap { number, sink in
        sink.spool.map { ("\(output.name)/\(number + 1) \(sink.name)", $0) }
      }
    }
  }
}
