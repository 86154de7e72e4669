package import Records
package import Streaming

/// Pages of hosts: each begins at the `id_min` of the WARNING of the one before it.
///
/// First each host in quarantine is asked for alone; then all hosts are, in ascending order, passing over those.
package struct DetectionsPager: Pager {
  package typealias Answer = DetectionsAnswer

  private let path: String
  private let parameters: [APIRequest.Parameter]
  private let beginning: RoundBeginning
  private let windowParameters: [String]
  private let quarantine: Quarantine?
  private let notices: StreamNotices
  /// Those in quarantine that are still to be asked for again.
  private var retried: ArraySlice<Quarantine.Entry>
  /// Those ahead that were in quarantine when the round began, or came into it: what comes out of it comes alone.
  private var skipped: ArraySlice<UInt64>
  private var limit: PageLimit
  private var idMin: UInt64?
  /// The host that the last page of all hosts ended with.
  private var last: UInt64?
  private var isDone: Bool

  /// Asks for everything, or for what was processed since a time.
  package init(path: String, parameters: [APIRequest.Parameter], since: String?) {
    self.init(
      path: path,
      parameters: parameters,
      RoundBeginning(options: "", since: since),
      windowParameters: ["vm_processed_after"],
      entries: [],
      nil,
      StreamNotices("")
    )
  }

  /// Asks for a round.
  ///
  /// - Parameter windowParameters: The parameters that carry the time since when is asked.
  init(
    path: String,
    parameters: [APIRequest.Parameter],
    _ beginning: RoundBeginning,
    windowParameters: [String],
    entries: [Quarantine.Entry],
    _ quarantine: Quarantine?,
    _ notices: StreamNotices
  ) {
    self.path = path
    self.parameters = parameters
    self.beginning = beginning
    self.windowParameters = windowParameters
    self.quarantine = quarantine
    self.notices = notices
    let cursor = beginning.cursor
    retried = cursor?.isQuarantineAsked == true ? [] : entries[...]
    idMin = cursor?.next
    last = cursor?.last
    let passedOver = Set(entries.map(\.id)).union(cursor?.passedOver ?? [])
    skipped = passedOver.filter { [idMin] in $0 >= idMin ?? 0 }.sorted()[...]
    let configured = parameters.last { $0.name == "truncation_limit" }.flatMap { Int($0.value) }
    limit = PageLimit(configured ?? 1000, at: cursor?.limit)
    isDone = cursor?.isDone ?? false
    passOver()
  }

  package var after: UInt64 { retried.isEmpty ? max(idMin ?? 0, 1) - 1 : 0 }

  package var delivered: UInt64? { retried.isEmpty ? last : nil }

  package mutating func request() async throws -> APIRequest? {
    if let entry = retried.first {
      return APIRequest(.detections, path: path, call(since: entry.since, ids: String(entry.id)))
    }
    if isDone { return nil }
    var all = call(since: beginning.since, ids: nil)
    if limit.isChanged {
      all.removeAll { $0.name == "truncation_limit" }
      all.append(APIRequest.Parameter("truncation_limit", String(limit.current)))
    }
    if let idMin { all.append(APIRequest.Parameter("id_min", String(idMin))) }
    if let end = skipped.first { all.append(APIRequest.Parameter("id_max", String(end - 1))) }
    return APIRequest(.detections, path: path, all)
  }

  private func call(since: String?, ids: String?) -> [APIRequest.Parameter] {
    var all = [APIRequest.Parameter("action", "list")] + parameters
    if let ids {
      all.removeAll { $0.name == "ids" }
      all.append(APIRequest.Parameter("ids", ids))
    }
    if let since { all += windowParameters.map { APIRequest.Parameter($0, since) } }
    return all
  }

  package func begin(_ page: Page) throws {
    if let entry = retried.first { try quarantine?.release(entry.id, with: page) }
  }

  package mutating func finish(_ page: Page.Report) async throws {
    if let entry = retried.first {
      try quarantine?.tellReleased(entry.id, "host", isGone: page.marks == 0)
    }
    if let doubt = try advance(behind: page) { notices.oddity(doubt) }
  }

  /// Moves on behind a complete page, and does nothing else; what was odd about the page's own words.
  private mutating func advance(behind page: Page.Report) throws(PagingError) -> String? {
    if !retried.isEmpty {
      retried.removeFirst()
      return nil
    }
    let step = try NextPage.byWarning(page, from: idMin ?? 0, path: path)
    // A page without hosts says nothing about what a page can hold.
    if page.marks > 0 { limit.grow() }
    last = page.idsAscend ? page.lastID ?? last : nil
    if let first = step.first {
      idMin = first
    } else if let end = skipped.first {
      idMin = end
    } else {
      isDone = true
    }
    passOver()
    return step.doubt
  }

  /// Goes on behind hosts in quarantine that would be next.
  private mutating func passOver() {
    while let end = skipped.first, end <= max(idMin ?? 0, 1) {
      skipped.removeFirst()
      if end >= idMin ?? 0 { idMin = end + 1 }
    }
  }

  package mutating func resume(after id: UInt64, of page: Page.Report) {
    // One out of quarantine came whole, whatever went wrong behind it.
    guard retried.isEmpty else { return retried = retried.dropFirst() }
    if id == .max { isDone = true } else { idMin = id + 1 }
    last = id
    passOver()
  }

  package mutating func shrink() -> Bool { retried.isEmpty && limit.shrink() }

  package func suspect(_ page: Page.Report) throws -> Suspect {
    if let entry = retried.first { return .known(entry.id) }
    if quarantine == nil { return .unknown }
    if let id = page.openID, page.idsAscend { return .item(id) }
    let filters = parameters.filter { Self.hostFilters.contains($0.name) }
    let processed = beginning.since.map { [APIRequest.Parameter("vm_processed_after", $0)] } ?? []
    return .firstHost(
      APIRequest(
        .hosts,
        path: path.replacing("/vm/detection/", with: "/"),
        [APIRequest.Parameter("action", "list"), APIRequest.Parameter("details", "None")] + filters + processed + [
          APIRequest.Parameter("id_min", String(idMin ?? 0)), APIRequest.Parameter("truncation_limit", "1"),
        ]
      )
    )
  }

  package mutating func leaveOut(_ id: UInt64, tries: Int) throws -> Bool {
    if retried.first?.id == id {
      retried.removeFirst()
      return true
    }
    guard let quarantine, id >= idMin ?? 0, id < .max else { return false }
    try quarantine.add(Quarantine.Entry(id: id, since: beginning.since), "host", tries: tries)
    idMin = id + 1
    passOver()
    return true
  }

  package func cursor(behind page: Page.Report) -> [UInt8]? {
    var next = self
    if page.failure == nil { _ = try? next.advance(behind: page) } else { _ = next.takeUp(page) }
    var cursor = PageCursor(options: beginning.options, since: beginning.since)
    cursor.isQuarantineAsked = next.retried.isEmpty
    cursor.next = next.idMin
    cursor.last = next.last
    cursor.passedOver = next.skipped.isEmpty ? nil : Array(next.skipped)
    cursor.limit = next.limit.isChanged ? next.limit.current : nil
    cursor.isDone = next.isDone
    return cursor.bytes
  }

  /// Parameters that Host List takes, too, and that choose hosts there as they do here.
  static let hostFilters: Set = [
    "ids", "ips", "ipv6", "ag_ids", "ag_titles", "network_ids", "os_pattern", "use_tags", "tag_set_by",
    "tag_include_selector", "tag_exclude_selector", "tag_set_include", "tag_set_exclude", "vm_scan_since",
    "no_vm_scan_since", "max_days_since_last_vm_scan", "vm_scan_date_before", "vm_scan_date_after",
    "vm_auth_scan_date_before", "vm_auth_scan_date_after", "compliance_enabled",
  ]
}
