// The hosts of a page, and how each is written.
extension DetectionsSimulation {
  /// The number of the host at a place, from 0.
  package func hostID(at index: Int) -> Int { SimulatedHost(index, options: options).id }

  /// The QIDs that the detections of all pages have.
  ///
  /// - Complexity: O(detections), without their texts; less when every QID there is occurs early.
  package var detectedQIDs: Set<Int> {
    var qids: Set<Int> = []
    for index in 0..<options.hosts {
      for detection in SimulatedHost(index, options: options).makeDetections(options: options) {
        qids.insert(detection.qid)
      }
      if qids.count == VulnerabilityCatalogue.shared.vulnerabilities.count { break }
    }
    return qids
  }

  /// The first host from a place on that the question asks for, with at least one detection that it asks for.
  func firstHost(from index: Int, matching query: Query) -> SimulatedHost? {
    for index in index..<max(index, options.hosts) {
      let host = SimulatedHost(index, options: options)
      if host.id < query.minimumID { continue }
      if host.id > query.maximumID { return nil }
      if query.matches(host), host.makeDetections(options: options).contains(where: query.matches) { return host }
    }
    return nil
  }

  /// The first host that the question asks for.
  func firstHost(of query: Query) -> SimulatedHost? {
    firstHost(from: SimulatedHost.firstIndex(ofID: query.minimumID, options: options), matching: query)
  }

  /// The last host before a place that the question asks for, but for its smallest number.
  func lastHost(before index: Int, matching query: Query) -> SimulatedHost? {
    var query = query
    query.minimumID = 0
    for index in (0..<min(index, options.hosts)).reversed() {
      if let host = firstHost(from: index, matching: query), host.index == index { return host }
    }
    return nil
  }

  /// - Returns: Whether all of the host was written.
  func write<Failure: Error>(
    _ host: SimulatedHost,
    to writer: inout AnswerWriter,
    answering query: Query,
    passingOnTo write: AnswerWriter.Receiver<Failure>
  ) throws(Failure) -> Bool {
    writer.open("HOST")
    host.writeFields(to: &writer, withTags: query.showsTags)
    if options.malformedHosts.contains(host.id) { writer.element("NETWORK_NAME", "Research & Development") }
    let oddity = options.hasOddHosts ? Oddity(of: host) : nil
    if oddity == .unknownElements { Oddity.writeUnknownElements(to: &writer) }
    if oddity == .noDetections {
      writer.close("HOST")
      return true
    }
    writer.open("DETECTION_LIST")
    if options.brokenHosts.contains(host.id) {
      try writer.passOn(to: write)
      return false
    }
    for var detection in host.makeDetections(options: options) where query.matches(detection) {
      writer.open("DETECTION")
      detection.writeFieldsBeforeResults(to: &writer, withUniqueID: oddity != .noUniqueIDs)
      if query.showsResults, var results = detection.results {
        writer.openCDATA("RESULTS")
        while results.remaining > 0 {
          results.writePiece(to: &writer)
          try writer.passOnFullChunk(to: write)
        }
        writer.closeCDATA("RESULTS")
      }
      detection.writeFieldsAfterResults(to: &writer)
      writer.close("DETECTION")
      try writer.passOnFullChunk(to: write)
    }
    writer.close("DETECTION_LIST")
    writer.close("HOST")
    return true
  }
}
