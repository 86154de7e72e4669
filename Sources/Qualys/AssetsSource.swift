package import Records
package import Streaming

/// Asks for the asset inventory.
package struct AssetsSource: APISource {
  package static let api = API.assets

  package static let component = Component(
    "assets",
    summary: "Asks Qualys for the asset inventory (GAV, CSAM), page after page.",
    discussion: """
      Calls /rest/2.0/search/am/asset on the gateway. The first round asks for everything, a later one for assets \
      that changed since the round before began, and ten minutes more. An answer that does not say whether more follows \
      (`hasMore`) is a page that failed. Options are Qualys' own parameters.
      """,
    form: .options(parameters.options),
    example: "source: { assets: { pageSize: 300, excludeFields: [processor] } }"
  )

  private static let parameters = APIParameters([
    Option("pageSize", .integer(1...300), default: "300", "Assets in a page; Qualys gives at most 300."),
    Option("includeFields", .list(.text), "Only these fields carry values, all others are null."),
    Option("excludeFields", .list(.text), "These fields are null."),
    Option("softwareType", .text, "Only software of this type."),
  ])

  private let parameters: [APIRequest.Parameter]

  package init(_ options: Options) throws(OptionError) { parameters = Self.parameters.values(of: options) }

  package func pager(_ context: CallContext) throws -> AssetsPager {
    AssetsPager(parameters: parameters, since: try Windows(context.state).since(context.stream))
  }
}

/// Pages of assets: each begins behind the `lastSeenAssetId` of the one before it.
package struct AssetsPager: Pager {
  package typealias Answer = AssetsAnswer

  private let parameters: [APIRequest.Parameter]
  private var lastSeen: UInt64 = 0
  private var isDone = false

  package init(parameters: [APIRequest.Parameter], since: String?) {
    self.parameters = parameters + (since.map { [APIRequest.Parameter("assetLastUpdated", $0)] } ?? [])
  }

  package mutating func request() async throws -> APIRequest? {
    if isDone { return nil }
    return APIRequest(
      .assets,
      path: "/rest/2.0/search/am/asset",
      [APIRequest.Parameter("lastSeenAssetId", String(lastSeen))] + parameters
    )
  }

  package mutating func finish(_ page: Page.Report) async throws {
    guard page.hasMore == true else {
      isDone = true
      return
    }
    guard let next = page.lastSeenID ?? page.lastID, next > lastSeen else {
      throw PagingError(
        description: "/rest/2.0/search/am/asset: the answer says that more follows, but not behind which asset "
          + "(it began behind \(lastSeen)); nothing of it is asked for again and again"
      )
    }
    lastSeen = next
  }

  package mutating func resume(after id: UInt64, of page: Page.Report) { lastSeen = id }
}
