internal import Health
internal import Service

extension Page {
  /// The newest events of all streams.
  static func newest(_ events: [ServiceEvent]) -> HTML {
    """
    <section id="newest">
    <h2>Newest events</h2>
    \(eventTable(events))
    </section>
    """
  }

  /// The newest first.
  static func eventTable(_ events: [ServiceEvent]) -> HTML {
    """
    <p class="none">None so far.</p><table class="list"><thead><tr>\
    <th scope="col">Time (UTC)</th><th scope="col">Stream</th><th scope="col">Severity</th><th scope="col">What</th>\
    </tr></thead><tbody>\(events.reversed().map(row))</tbody></table>
    """
  }

  private static func row(_ event: ServiceEvent) -> HTML {
    """
    <tr data-number="\(event.number)"><td>\(String(PageWords.utc(event.time).dropLast(4)))</td>\
    <td><bdi>\(event.stream.isEmpty ? event.pipeline : "\(event.pipeline)/\(event.stream)")</bdi></td>\
    <td><span class="health" data-health="\(health(event).rawValue)"><span class="mark"></span> \
    \(severity(event))</span></td>\
    <td><b>\(event.tracker)</b> \(event.message) <small>\(details(event))</small></td></tr>
    """
  }

  private static func health(_ event: ServiceEvent) -> ServiceStatus.Health {
    if event.isHealthy { return .green }
    return event.severity == "Error" ? .red : .yellow
  }

  private static func severity(_ event: ServiceEvent) -> String {
    event.isHealthy && event.severity != "Info" ? "Over" : event.severity
  }

  /// `HTTP 503, code 1965, try 3, next try 5 s later, 12 times`.
  private static func details(_ event: ServiceEvent) -> String {
    let parts: [String?] = [
      event.httpStatus.map { "HTTP \($0)" },
      event.qualysCode.map { "code \($0)" },
      event.attempt.map { "try \(PageWords.number($0))" },
      event.nextTry.map { "next try \(PageWords.duration($0)) later" },
      event.repeats.map { PageWords.count($0, "time") },
    ]
    return parts.compactMap(\.self).joined(separator: ", ")
  }
}
