/// Reads the parameters of the older plane's lists, and refuses what Qualys refuses.
struct ListParameters {
  private let request: SimulatedRequest

  /// - Throws: What is wrong with the parameters as a whole.
  init(_ request: SimulatedRequest, allowed: [String]) throws(RequestError) {
    self.request = request
    guard let action = request.value(of: "action") else { throw RequestError(code: 1903, subject: "action") }
    guard action == "list" else { throw invalid("action", action, "not one of: list") }
    let unknown = request.parameters.map(\.name).filter { !allowed.contains($0) }
    guard unknown.isEmpty else {
      let names = unknown.joined(separator: ", ")
      throw RequestError(code: 1901, subject: "\(names) (action=list allows: \(allowed.joined(separator: ", ")))")
    }
    for names in AllowedParameters.exclusive where names.allSatisfy({ request.value(of: $0) != nil }) {
      throw RequestError(code: 1904, subject: names.joined(separator: ", "))
    }
    if request.value(of: "qds_min") != nil || request.value(of: "qds_max") != nil {
      guard request.value(of: "show_qds") == "1" else {
        throw RequestError(code: 1907, subject: "qds_min or qds_max without show_qds=1")
      }
    }
    try refuseWhatIsNotSimulated()
  }

  /// Refuses what Qualys knows and the simulation would ignore.
  private func refuseWhatIsNotSimulated() throws(RequestError) {
    for parameter in request.parameters where !AllowedParameters.simulated.contains(parameter.name) {
      // What is not asked for need not be simulated.
      let values = AllowedParameters.alwaysShown[parameter.name] ?? ["0"]
      guard values.contains(parameter.value) else {
        throw invalid(
          parameter.name,
          parameter.value,
          "the simulator knows no other than: \(values.joined(separator: ", "))"
        )
      }
    }
  }

  /// A number from 0.
  func number(_ name: String) throws(RequestError) -> Int? {
    guard let value = request.value(of: name) else { return nil }
    guard let number = Int(value), number >= 0 else { throw invalid(name, value, "not a positive integer: \(value)") }
    return number
  }

  /// `0` or `1`.
  func flag(_ name: String) throws(RequestError) -> Bool? {
    guard let value = request.value(of: name) else { return nil }
    guard ["0", "1"].contains(value) else { throw invalid(name, value, "not one of: 0, 1") }
    return value == "1"
  }

  /// Numbers and ranges, as in `1,5-9`.
  func ranges(_ name: String) throws(RequestError) -> [ClosedRange<Int>]? {
    guard let value = request.value(of: name) else { return nil }
    var ranges: [ClosedRange<Int>] = []
    for piece in value.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = piece.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
      guard (1...2).contains(ends.count), let first = ends.first, let last = ends.last, first >= 1, last >= first else {
        throw invalid(name, value, "neither a positive integer nor a range: \(piece)")
      }
      ranges.append(first...last)
    }
    return ranges
  }

  /// A date, in seconds since 1970.
  func date(_ name: String) throws(RequestError) -> Int? {
    guard let value = request.value(of: name) else { return nil }
    guard let instant = SimulatedInstant(value) else { throw invalid(name, value, "not a date: \(value)") }
    return instant.seconds
  }

  /// Words out of a list.
  func words<Word>(_ name: String, of known: [(String, Word)]) throws(RequestError) -> [Word]? {
    guard let value = request.value(of: name) else { return nil }
    var words: [Word] = []
    for piece in value.split(separator: ",") {
      guard let word = known.first(where: { $0.0 == piece }) else {
        throw invalid(name, value, "not one of: \(known.map(\.0).joined(separator: ", "))")
      }
      words.append(word.1)
    }
    return words
  }

  private func invalid(_ name: String, _ value: String, _ reason: String) -> RequestError {
    RequestError(code: 1905, subject: "\(name) has invalid value: \(value) (\(reason))")
  }
}

extension DetectionsSimulation.Query {
  /// Reads what a call asks for, with Qualys' defaults for what it does not say.
  init(_ request: SimulatedRequest) throws(RequestError) {
    let parameters = try ListParameters(request, allowed: AllowedParameters.detections)
    try self.init(hostsOf: request, parameters)
    let known = DetectionStatus.allCases.map { (String(describing: $0.name), $0) }
    statuses = Set(try parameters.words("status", of: known) ?? [.new, .active, .reopened])
    severities = try parameters.ranges("severities")
    qids = try parameters.ranges("qids")
    showsInformation = try parameters.flag("show_igs") ?? false
    showsResults = try parameters.flag("show_results") ?? true
    showsTags = try parameters.flag("show_tags") ?? false
    // A scan updates all detections of its host, so that this asks for hosts, too.
    if let since = try parameters.date("detection_updated_since") {
      processedAfter = max(processedAfter ?? .min, since - 1)
    }
  }

  /// Reads which hosts a call asks for.
  init(hostsOf request: SimulatedRequest, _ parameters: ListParameters) throws(RequestError) {
    self.init()
    limit = try parameters.number("truncation_limit") ?? 1_000
    ids = try parameters.ranges("ids").map(IDRanges.init)
    minimumID = max(try parameters.number("id_min") ?? 0, ids?.bounds.lowerBound ?? 0)
    maximumID = min(try parameters.number("id_max") ?? .max, ids?.bounds.upperBound ?? .max)
    processedAfter = try parameters.date("vm_processed_after")
    processedBefore = try parameters.date("vm_processed_before")
    self.parameters = request.parameters.filter { $0.name != "id_min" }.map(\.formText).joined(separator: "&")
  }
}

extension KnowledgeBaseSimulation {
  /// Simulates the entries that a call asks for.
  ///
  /// - Parameter divisor: QIDs that it divides have no entry.
  init(_ request: SimulatedRequest, seed: UInt64, round: Int, lacking divisor: Int?) throws(RequestError) {
    let parameters = try ListParameters(request, allowed: AllowedParameters.knowledgeBase)
    _ = try parameters.words("details", of: [("Basic", ()), ("All", ())])
    let qids = try parameters.ranges("ids").map(IDRanges.init)
    let (minimum, maximum) = (try parameters.number("id_min") ?? 0, try parameters.number("id_max") ?? .max)
    let after = try parameters.date("last_modified_after") ?? .min
    let before = try parameters.date("last_modified_before") ?? .max
    self.init(seed: seed, round: round) { qid, modified in
      guard minimum <= qid, qid <= maximum, qids?.contains(qid) ?? true else { return false }
      if let divisor, qid.isMultiple(of: divisor) { return false }
      return after < modified().seconds && modified().seconds < before
    }
  }
}
