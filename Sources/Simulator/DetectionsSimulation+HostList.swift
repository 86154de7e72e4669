// The Host List API without details: the numbers of the same hosts.
extension DetectionsSimulation {
  /// Writes the answer to a question about hosts, an ID_SET.
  ///
  /// Numbers that follow one on the other are an ID_RANGE.
  func writeHostList<Failure: Error>(
    to query: Query,
    _ write: (_ chunk: [UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    var writer = AnswerWriter()
    writer.append(
      """
      <?xml version="1.0" encoding="UTF-8" ?>
      <!DOCTYPE HOST_LIST_OUTPUT SYSTEM "https://qualysapi.qualys.com/api/5.0/fo/asset/host/dtd/output.dtd">

      """
    )
    writer.open("HOST_LIST_OUTPUT")
    writer.open("RESPONSE")
    writer.element("DATETIME", .answer(inRound: options.round, seed: options.seed))
    var next = firstHost(of: query)
    if let first = next {
      writer.open("ID_SET")
      var run = first.id...first.id
      var count = 0
      while let host = next, query.limit == 0 || count < query.limit {
        if host.id <= run.upperBound + 1 {
          run = run.lowerBound...host.id
        } else {
          Self.write(run, to: &writer)
          run = host.id...host.id
        }
        try writer.passOnFullChunk(to: write)
        count += 1
        next = firstHost(from: host.index + 1, matching: query)
      }
      Self.write(run, to: &writer)
      writer.close("ID_SET")
    }
    if let next { writeWarning(nextID: "\(next.id)", query: query, path: "", to: &writer) }
    writer.close("RESPONSE")
    writer.close("HOST_LIST_OUTPUT")
    try writer.passOn(to: write)
  }

  private static func write(_ run: ClosedRange<Int>, to writer: inout AnswerWriter) {
    if run.count == 1 { return writer.element("ID", run.lowerBound) }
    writer.element("ID_RANGE") {
      $0.append(run.lowerBound)
      $0.append("-")
      $0.append(run.upperBound)
    }
  }
}
