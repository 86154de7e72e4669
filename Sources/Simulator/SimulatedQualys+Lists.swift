extension SimulatedQualys {
  /// Makes the list that a call asks for, which was let in and admitted.
  ///
  /// - Throws: What is wrong with its parameters.
  func list(
    _ request: SimulatedRequest,
    of api: SimulatedAPI,
    fault: Fault?
  ) throws(RequestError) -> SimulatedAnswer {
    var (hosts, assets) = (options.detections, options.assets)
    hosts.round = round
    assets.round = hosts.round
    let head = AnswerHead(of: api, at: answered, limits: limits(of: api, isRunning: true))
    switch api {
    case .detections:
      let simulation = DetectionsSimulation(hosts)
      let query = try Self.query(request, of: simulation, fault: fault)
      return SimulatedAnswer(head) {
        if try simulation.writeAnswer(to: query, $0) == .broken { throw AnswerEnding.disconnected }
      }
    case .hosts:
      let parameters = try ListParameters(request, allowed: AllowedParameters.hosts)
      guard try parameters.words("details", of: [("None", ())]) != nil else {
        throw RequestError(code: 1905, subject: "details has invalid value: Basic (the simulator knows None only)")
      }
      let (simulation, query) = (
        DetectionsSimulation(hosts), try DetectionsSimulation.Query(hostsOf: request, parameters)
      )
      return SimulatedAnswer(head) { try simulation.writeHostList(to: query, $0) }
    case .knowledgeBase:
      var divisor: Int?
      if case .lacking(let number) = fault { divisor = number }
      let simulation = try KnowledgeBaseSimulation(request, seed: hosts.seed, round: hosts.round, lacking: divisor)
      return SimulatedAnswer(head) { try simulation.writeAnswer(to: $0) }
    case .assets, .count:
      let simulation = AssetsSimulation(assets)
      var query = try AssetsSimulation.Query(request)
      if api == .count {
        let count = simulation.count(of: query)
        return SimulatedAnswer(head) { try $0(Array(#"{"responseCode":"SUCCESS","count":\#(count)}"#.utf8)) }
      }
      guard simulation.hasAssets(for: query) else {
        return SimulatedAnswer(AnswerHead(204, of: api, at: answered, limits: limits(of: api, isRunning: true)), nil)
      }
      query.omitsHasMore = fault == .missingHasMore
      let question = query
      return SimulatedAnswer(head) { _ = try simulation.writeAnswer(to: question, $0) }
    case .signIn: fatalError("signing in is answered before lists are")
    }
  }

  /// Reads what a call asks for, and what is wrong with the page it gets.
  private static func query(
    _ request: SimulatedRequest,
    of simulation: DetectionsSimulation,
    fault: Fault?
  ) throws(RequestError) -> DetectionsSimulation.Query {
    var query = try DetectionsSimulation.Query(request)
    switch fault {
    case .nextID("first"): query.nextID = simulation.firstHost(of: query).map { "\($0.id)" }
    case .nextID(let id): query.nextID = id
    case .repeatedHost: query.repeatsHost = true
    case .unordered: query.isReversed = true
    default: break
    }
    return query
  }
}

extension AssetsSimulation.Query {
  /// Reads what a call asks for; the gateway does not mind what it does not know.
  init(_ request: SimulatedRequest) throws(RequestError) {
    self.init()
    let number = { (name: String, usual: Int) throws(RequestError) -> Int in
      guard let value = request.value(of: name) else { return usual }
      guard let number = Int(value), number >= 0 else { throw RequestError(code: 400, subject: "Invalid \(name)") }
      return number
    }
    for name in ["includeFields", "excludeFields", "softwareType"] where request.value(of: name) != nil {
      throw RequestError(code: 400, subject: "\(name) is not simulated")
    }
    if request.hasJSON { throw RequestError(code: 400, subject: "filters are not simulated") }
    lastSeenID = try number("lastSeenAssetId", 0)
    limit = try number("pageSize", 100)
    guard (1...300).contains(limit) else { throw RequestError(code: 400, subject: "pageSize must be from 1 to 300") }
    guard let since = request.value(of: "assetLastUpdated") else { return }
    guard let instant = SimulatedInstant(since) else {
      throw RequestError(code: 400, subject: "Invalid assetLastUpdated")
    }
    updatedAfter = instant.seconds
  }
}
