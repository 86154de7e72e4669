/// An API that is simulated, by the word that fault scripts and captures have for it.
package enum SimulatedAPI: String, Sendable, Codable, CaseIterable {
  /// `/api/5.0/fo/asset/host/vm/detection/`
  case detections
  /// `/api/4.0/fo/knowledge_base/vuln/`
  case knowledgeBase = "knowledge-base"
  /// `/rest/2.0/search/am/asset`
  case assets
  /// `/api/5.0/fo/asset/host/`
  case hosts
  /// `/rest/2.0/count/am/asset`
  case count
  /// `/auth`
  case signIn = "sign-in"

  /// Where it is called in the version that is simulated.
  package var path: String {
    switch self {
    case .detections: "/api/5.0/fo/asset/host/vm/detection/"
    case .knowledgeBase: "/api/4.0/fo/knowledge_base/vuln/"
    case .assets: "/rest/2.0/search/am/asset"
    case .hosts: "/api/5.0/fo/asset/host/"
    case .count: "/rest/2.0/count/am/asset"
    case .signIn: "/auth"
    }
  }

  /// Whether it is one of the gateway's APIs, which speak JSON and know neither Basic authentication nor 409.
  var isOnGateway: Bool {
    switch self {
    case .detections, .knowledgeBase, .hosts: false
    case .assets, .count, .signIn: true
    }
  }
}
