extension SimulatedServer {
  /// What a call is answered with by whom nothing ails: no accounts, no credentials, no faults, no network.
  ///
  /// - Throws: What is wrong with the parameters.
  package func answer(
    _ api: SimulatedAPI,
    _ parameters: [NamedValue]
  ) throws -> (status: Int, headers: [NamedValue], body: [UInt8]) {
    let request = SimulatedRequest(
      method: "POST",
      target: api.path,
      headers: ["content-type": "application/x-www-form-urlencoded"],
      body: Array(parameters.map(\.formText).joined(separator: "&").utf8)
    )
    let answer = try qualys.list(request, of: api, fault: nil)
    var body: [UInt8] = []
    try answer.body? { body += $0 }
    return (answer.head.status, answer.head.headers, body)
  }
}
