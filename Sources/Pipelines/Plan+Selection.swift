extension Plan {
  /// The same pipeline with only some of its streams.
  package func keeping(_ streams: [PlannedStream]) -> Plan {
    Plan(
      name: name,
      names: names,
      deadLetters: deadLetters,
      replay: replay,
      qualys: qualys,
      streams: streams
    )
  }
}
