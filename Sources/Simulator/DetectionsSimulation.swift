/// Answers of the Host List Detection API, page by page, about hosts that do not exist.
///
/// Each host follows from the seed and its own place alone. Any page can be written without those before it, and the
/// size of the pages changes nothing about the hosts.
package struct DetectionsSimulation: Sendable {
  let options: Options

  /// Creates a simulation; two with equal options write the same bytes.
  package init(_ options: Options) {
    precondition(options.hosts >= 0, "hosts must not be negative")
    precondition(options.hostsPerPage >= 0, "hostsPerPage must not be negative")
    precondition(options.detectionsPerHost ?? 1 >= 1, "detectionsPerHost must be at least 1")
    precondition(options.resultsBytes ?? 0 >= 0, "resultsBytes must not be negative")
    precondition(options.round >= 1, "rounds are counted from 1")
    self.options = options
  }

  /// How many pages it takes to list all hosts, at least 1.
  package var pageCount: Int {
    options.hostsPerPage > 0 ? max((options.hosts + options.hostsPerPage - 1) / options.hostsPerPage, 1) : 1
  }

  /// Writes page `index` (from 0) of all hosts in chunks of about 64 KiB as it is generated.
  ///
  /// The memory this takes does not depend on the page's size.
  package func writePage<Failure: Error>(
    _ index: Int,
    to write: (_ chunk: [UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    precondition((0..<pageCount).contains(index), "there is no such page")
    var query = Query()
    query.limit = options.hostsPerPage
    query.minimumID = SimulatedHost(index * options.hostsPerPage, options: options).id
    _ = try writeAnswer(to: query, write)
  }

  /// Writes the answer to a question that no host matches, which has no HOST_LIST.
  package func writeEmptyAnswer<Failure: Error>(
    to write: (_ chunk: [UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    var writer = AnswerWriter()
    writeOpening(to: &writer)
    writeClosing(to: &writer)
    try writer.passOn(to: write)
  }

  /// Writes the answer to a question in chunks of about 64 KiB as it is generated.
  ///
  /// The memory this takes does not depend on the answer's size.
  /// - Returns: How it ended.
  package func writeAnswer<Failure: Error>(
    to query: Query,
    _ write: (_ chunk: [UInt8]) throws(Failure) -> Void
  ) throws(Failure) -> PageEnd {
    var next = firstHost(of: query)
    guard let first = next else {
      try writeEmptyAnswer(to: write)
      return .last
    }
    var writer = AnswerWriter()
    writeOpening(to: &writer)
    writer.open("HOST_LIST")
    if query.repeatsHost {
      let host = lastHost(before: first.index, matching: query) ?? first
      guard try self.write(host, to: &writer, answering: query, passingOnTo: write) else { return .broken }
    }
    var count = 0
    var waiting: [SimulatedHost] = []
    while let host = next, query.limit == 0 || count < query.limit {
      if query.isReversed {
        waiting.append(host)
      } else {
        guard try self.write(host, to: &writer, answering: query, passingOnTo: write) else { return .broken }
      }
      count += 1
      next = firstHost(from: host.index + 1, matching: query)
    }
    for host in waiting.reversed() {
      guard try self.write(host, to: &writer, answering: query, passingOnTo: write) else { return .broken }
    }
    writer.close("HOST_LIST")
    if let nextID = query.nextID ?? next.map({ "\($0.id)" }) { writeWarning(nextID: nextID, query: query, to: &writer) }
    writeClosing(to: &writer)
    try writer.passOn(to: write)
    return next.map { .more(nextID: $0.id) } ?? .last
  }
}

// MARK: - The frame

extension DetectionsSimulation {
  private func writeOpening(to writer: inout AnswerWriter) {
    writer.append(
      """
      <?xml version="1.0" encoding="UTF-8" ?>
      <!DOCTYPE HOST_LIST_VM_DETECTION_OUTPUT SYSTEM "\
      https://qualysapi.qualys.com/api/5.0/fo/asset/host/vm/detection/dtd/output.dtd">
      <!-- This report was generated with an evaluation version of the simulator //-->\u{20}

      """
    )
    writer.open("HOST_LIST_VM_DETECTION_OUTPUT")
    writer.open("RESPONSE")
    writer.element("DATETIME", .answer(inRound: options.round, seed: options.seed))
  }

  func writeWarning(nextID: String, query: Query, path: StaticString = "vm/detection/", to writer: inout AnswerWriter) {
    writer.group("WARNING") {
      $0.element("CODE", 1980)
      $0.element("TEXT") {
        $0.append(query.limit)
        $0.append(" record limit exceeded. Use URL to get next batch of results.")
      }
      // As Qualys does: on a line of its own, on another host, and with a parameter nobody sent.
      $0.group("URL") {
        $0.indent()
        $0.append("<![CDATA[")
        $0.append(bytes: options.nextOrigin.utf8)
        $0.append("/api/5.0/fo/asset/host/")
        $0.append(path)
        $0.append("?")
        $0.append(bytes: (query.parameters ?? "action=list&truncation_limit=\(query.limit)").utf8)
        $0.append("&cloud_agent_activationkey=0&id_min=")
        $0.append(bytes: nextID.utf8)
        $0.append("]]>\n")
      }
    }
  }

  private func writeClosing(to writer: inout AnswerWriter) {
    writer.close("RESPONSE")
    writer.close("HOST_LIST_VM_DETECTION_OUTPUT")
    writer.append(
      """
      <!-- This report was generated with an evaluation version of the simulator //-->\u{20}
      <!-- CONFIDENTIAL AND PROPRIETARY INFORMATION. Simulated: every host and every finding is invented. //-->\u{20}

      """
    )
  }
}
