/// Until when Qualys supports the versions of its endpoints (`qualys-api` 1.1, 2.1).
package enum EndpointSupport {
  /// The last day of support; versions that are not named are active, or not known.
  private static let ends: [API: [String: String]] = [
    .detections: ["2.0": "2025-12-31", "3.0": "2025-12-31", "4.0": "2025-12-31"],
    .hosts: ["2.0": "2025-12-31", "3.0": "2025-12-31", "4.0": "2025-12-31"],
    .knowledgeBase: ["2.0": "2026-09-30"],
  ]

  /// Days before the end from which on it is worth a word.
  private static let notice = 90

  /// A sentence when a version is near or past its end of support; `today` is in seconds since 1970.
  package static func warning(_ api: API, version: String, today: Int) -> String? {
    guard let end = ends[api]?[version], let seconds = ServerTime.seconds("\(end)T23:59:59Z") else { return nil }
    let active = api == .knowledgeBase ? "4.0" : "5.0"
    let help = "'\(active)' is active; set it in 'versions'"
    if today > seconds {
      return "Qualys has not supported version \(version) of '\(api.rawValue)' since \(end); \(help)"
    }
    let days = (seconds - today) / 86_400
    return days < notice ? "Qualys supports version \(version) of '\(api.rawValue)' until \(end); \(help)" : nil
  }
}
