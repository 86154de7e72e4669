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
    let quarantine = Quarantine(context.state, of: context.stream, context.notices)
    return AssetsPager(
      parameters: parameters,
      try context.beginning(asking: OptionsFingerprint.text(AssetsPager.path, parameters)),
      entries: try quarantine.entries(),
      quarantine,
      context.notices
    )
  }
}
