internal import Qualys

extension PlanChecker {
  /// Reports versions of endpoints that the streams call, and that Qualys soon supports no more.
  mutating func checkVersions(of file: PipelineFile, _ planned: [PlannedStream]) {
    guard let qualys = file.qualys, !hasReplay else { return }
    for api in API.allCases where planned.contains(where: { $0.calls(api) }) {
      let version = api.version(in: qualys.versions)
      guard let warning = EndpointSupport.warning(api, version: version, today: request.today) else { continue }
      let parts = warning.split(separator: "; ", maxSplits: 1).map(String.init)
      findings.warning(
        parts[0],
        at: file.versions[api.rawValue] ?? file.qualysLocation,
        help: parts.count == 2 ? parts[1] : nil
      )
    }
  }
}

extension PlannedStream {
  /// Whether the stream calls an API: its source does, its source's ranges of hosts, or a stage that joins.
  func calls(_ api: API) -> Bool {
    if self.api == api { return true }
    switch api {
    case .hosts: return self.api == .detections
    case .knowledgeBase: return trunk.callsQualys || outputs.contains(where: \.branch.callsQualys)
    case .detections, .assets: return false
    }
  }
}
