package import Records
package import Streaming

/// Pages of assets: each begins behind the `lastSeenAssetId` of the one before it.
///
/// First each asset in quarantine is asked for alone, then all assets are.
package struct AssetsPager: Pager {
  package typealias Answer = AssetsAnswer

  static let path = "/rest/2.0/search/am/asset"

  private let parameters: [APIRequest.Parameter]
  private let beginning: RoundBeginning
  private let quarantine: Quarantine?
  private let notices: StreamNotices
  /// Those in quarantine that are still to be asked for again.
  private var retried: ArraySlice<Quarantine.Entry>
  /// Those that are passed over where they stand in the way: there is no upper bound to ask for.
  private var known: Set<UInt64>
  private var limit: PageLimit
  private var lastSeen: UInt64
  private var isDone: Bool

  /// Asks for everything, or for what changed since a time.
  package init(parameters: [APIRequest.Parameter], since: String?) {
    self.init(
      parameters: parameters,
      RoundBeginning(options: "", since: since),
      entries: [],
      nil,
      StreamNotices("")
    )
  }

  /// Asks for a round.
  init(
    parameters: [APIRequest.Parameter],
    _ beginning: RoundBeginning,
    entries: [Quarantine.Entry],
    _ quarantine: Quarantine?,
    _ notices: StreamNotices
  ) {
    self.parameters = parameters
    self.beginning = beginning
    self.quarantine = quarantine
    self.notices = notices
    let cursor = beginning.cursor
    retried = cursor?.isQuarantineAsked == true ? [] : entries[...]
    known = Set(entries.map(\.id))
    let configured = parameters.last { $0.name == "pageSize" }.flatMap { Int($0.value) }
    limit = PageLimit(configured ?? 300, at: cursor?.limit)
    lastSeen = cursor?.next ?? 0
    isDone = cursor?.isDone ?? false
  }

  package var after: UInt64 { retried.first.map { $0.id - 1 } ?? lastSeen }

  package mutating func request() async throws -> APIRequest? {
    if let entry = retried.first { return call(after: entry.id - 1, since: entry.since, limit: 1) }
    if isDone { return nil }
    return call(after: lastSeen, since: beginning.since, limit: limit.isChanged ? limit.current : nil)
  }

  private func call(after id: UInt64, since: String?, limit: Int?) -> APIRequest {
    var all = [APIRequest.Parameter("lastSeenAssetId", String(id))] + parameters
    if let limit {
      all.removeAll { $0.name == "pageSize" }
      all.append(APIRequest.Parameter("pageSize", String(limit)))
    }
    if let since { all.append(APIRequest.Parameter("assetLastUpdated", since)) }
    return APIRequest(.assets, path: Self.path, all)
  }

  package func begin(_ page: Page) throws {
    if let entry = retried.first { try quarantine?.release(entry.id, with: page) }
  }

  package mutating func finish(_ page: Page.Report) async throws {
    if let entry = retried.first {
      try quarantine?.tellReleased(entry.id, "asset", isGone: page.marks == 0)
      known.remove(entry.id)
    }
    if let doubt = try advance(behind: page) { notices.oddity(doubt) }
  }

  /// Moves on behind a complete page, and does nothing else; what was odd about the page's own words.
  private mutating func advance(behind page: Page.Report) throws(PagingError) -> String? {
    if !retried.isEmpty {
      retried.removeFirst()
      return nil
    }
    let step = try NextPage.byLastSeen(page, after: lastSeen, path: Self.path)
    limit.grow()
    if let first = step.first { lastSeen = first } else { isDone = true }
    return step.doubt
  }

  package mutating func resume(after id: UInt64, of page: Page.Report) {
    // One out of quarantine came whole, whatever went wrong behind it.
    guard retried.isEmpty else { return retried = retried.dropFirst() }
    lastSeen = id
  }

  package mutating func shrink() -> Bool { retried.isEmpty && limit.shrink() }

  package func suspect(_ page: Page.Report) throws -> Suspect {
    if let entry = retried.first { return .known(entry.id) }
    guard quarantine != nil, let id = page.openID, page.idsAscend, id > lastSeen else { return .unknown }
    return known.contains(id) ? .known(id) : .item(id)
  }

  package mutating func leaveOut(_ id: UInt64, tries: Int) throws -> Bool {
    if retried.first?.id == id {
      retried.removeFirst()
      return true
    }
    guard let quarantine, id > lastSeen else { return false }
    if known.insert(id).inserted {
      try quarantine.add(Quarantine.Entry(id: id, since: beginning.since), "asset", tries: tries)
    }
    lastSeen = id
    return true
  }

  package func cursor(behind page: Page.Report) -> [UInt8]? {
    var next = self
    if page.failure == nil { _ = try? next.advance(behind: page) } else { _ = next.takeUp(page) }
    var cursor = PageCursor(options: beginning.options, since: beginning.since)
    cursor.isQuarantineAsked = next.retried.isEmpty
    cursor.next = next.lastSeen
    cursor.limit = next.limit.isChanged ? next.limit.current : nil
    cursor.isDone = next.isDone
    return cursor.bytes
  }
}
