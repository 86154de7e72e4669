package import Records
package import Streaming

/// Asks for hosts and their detections.
package struct DetectionsSource: APISource {
  package static let api = API.detections

  package static let component = Component(
    "detections",
    summary: "Asks Qualys for hosts and their detections, page after page.",
    discussion: """
      Calls /api/5.0/fo/asset/host/vm/detection/ (version: `qualys.versions`). The first round asks for everything, a \
      later one for hosts whose scans were processed since the round before began, by the server's clock and ten minutes \
      more. Of the answer's WARNING only id_min is used, on our own server, and only if it grows. A page that breaks \
      off is asked for again behind its last complete host. Options are Qualys' own parameters.
      """,
    form: .options(parameters.options),
    example: "source: { detections: { truncation_limit: 1000, show_igs: true } }"
  )

  private static let parameters = APIParameters([
    Option("truncation_limit", .integer(0...1_000_000), default: "1000", "Hosts in a page; 0 is all in one."),
    Option(
      "status",
      .list(.choice(["New", "Active", "Fixed", "Re-Opened"])),
      default: "[New, Active, Fixed, Re-Opened]",
      "Which detections; Qualys' own default leaves out Fixed."
    ),
    Option("ids", .list(.text), "Only hosts of these ids and ranges of ids."),
    Option("ips", .list(.text), "Only hosts of these addresses and ranges."),
    Option("ag_ids", .list(.text), "Only hosts in asset groups of these ids."),
    Option("ag_titles", .list(.text), "Only hosts in asset groups of these titles."),
    Option("network_ids", .list(.text), "Only hosts in networks of these ids."),
    Option("os_pattern", .text, "Only hosts whose operating system matches this regular expression (PCRE)."),
    Option("use_tags", .boolean, "Whether hosts are chosen by tags."),
    Option("tag_set_by", .choice(["id", "name"]), "Whether tag sets hold ids or names."),
    Option("tag_include_selector", .choice(["any", "all"]), "Whether a host needs any or all tags of the set."),
    Option("tag_exclude_selector", .choice(["any", "all"]), "Whether any tag or all tags of the set exclude a host."),
    Option("tag_set_include", .list(.text), "Tags whose hosts are asked for."),
    Option("tag_set_exclude", .list(.text), "Tags whose hosts are left out."),
    Option("severities", .text, "Only detections of these severities, such as 3-5."),
    Option("qids", .list(.text), "Only these QIDs and ranges of QIDs."),
    Option("include_vuln_type", .choice(["confirmed", "potential"]), "Only confirmed or only potential ones."),
    Option("include_search_list_ids", .list(.text), "Only QIDs in search lists of these ids."),
    Option("exclude_search_list_ids", .list(.text), "No QIDs in search lists of these ids."),
    Option("include_search_list_titles", .list(.text), "Only QIDs in search lists of these titles."),
    Option("exclude_search_list_titles", .list(.text), "No QIDs in search lists of these titles."),
    Option("filter_superseded_qids", .boolean, "Leaves out QIDs that another one supersedes."),
    Option("include_ignored", .boolean, "Includes ignored detections."),
    Option("include_disabled", .boolean, "Includes disabled detections."),
    Option("show_igs", .boolean, "Includes what was gathered as information (TYPE Info)."),
    Option("show_results", .boolean, "Includes RESULTS, the largest part."),
    Option("show_reopened_info", .boolean, "Includes when and how often a detection was reopened."),
    Option("show_asset_id", .boolean, default: "true", "Includes ASSET_ID, which joins with the inventory's assetId."),
    Option("show_tags", .boolean, "Includes the host's tags."),
    Option("show_qds", .boolean, "Includes the detection score QDS."),
    Option("qds_min", .integer(0...100), "Only detections of at least this score; needs show_qds."),
    Option("qds_max", .integer(0...100), "Only detections of at most this score; needs show_qds."),
    Option("show_qds_factors", .boolean, "Includes what the score was made of."),
    Option("show_cloud_tags", .boolean, "Includes tags of the cloud provider."),
    Option("cloud_tag_fields", .list(.text), "Which of those tags."),
    Option(
      "host_metadata",
      .choice(["all", "ec2", "google", "azure"]),
      "Includes the cloud provider's data of a host."
    ),
    Option("host_metadata_fields", .list(.text), "Which of those data."),
    Option("show_host_services", .boolean, "Includes the host's services."),
    Option("active_kernels_only", .integer(0...3), "How detections on kernels that do not run are treated."),
    Option("show_arf_data", .boolean, "Includes whether a detection touches what runs."),
    Option("arf_filter_keys", .list(.text), "Which of those: non-running-kernel, non-running-service, …"),
    Option("mitre_attack_details", .boolean, "Includes tactics and techniques of MITRE ATT&CK."),
    Option("vuln_detection_source", .boolean, "Includes which sensors found a detection."),
  ])

  private let parameters: [APIRequest.Parameter]

  package init(_ options: Options) throws(OptionError) {
    let clashes = [
      ("ag_ids", "ag_titles"), ("include_search_list_ids", "include_search_list_titles"),
      ("exclude_search_list_ids", "exclude_search_list_titles"),
    ]
    for (one, other) in clashes where options[one] != nil && options[other] != nil {
      throw OptionError(other, "Qualys refuses '\(one)' and '\(other)' together", help: "choose one of them")
    }
    for limit in ["qds_min", "qds_max"] where options[limit] != nil && options.boolean("show_qds") != true {
      throw OptionError(limit, "Qualys takes '\(limit)' only with 'show_qds'", help: "add 'show_qds: true'")
    }
    parameters = Self.parameters.values(of: options)
  }

  package func pager(_ context: CallContext) throws -> DetectionsPager {
    DetectionsPager(
      path: "/api/\(context.version(of: .detections))/fo/asset/host/vm/detection/",
      parameters: parameters,
      since: try Windows(context.state).since(context.stream)
    )
  }
}

/// Pages of hosts: each begins at the `id_min` of the WARNING of the one before it.
package struct DetectionsPager: Pager {
  package typealias Answer = DetectionsAnswer

  private let path: String
  private let parameters: [APIRequest.Parameter]
  private var idMin: UInt64?
  private var isDone = false

  package init(path: String, parameters: [APIRequest.Parameter], since: String?) {
    self.path = path
    self.parameters =
      [APIRequest.Parameter("action", "list")] + parameters
      + (since.map { [APIRequest.Parameter("vm_processed_after", $0)] } ?? [])
  }

  package mutating func request() async throws -> APIRequest? {
    if isDone { return nil }
    let from = idMin.map { [APIRequest.Parameter("id_min", String($0))] } ?? []
    return APIRequest(.detections, path: path, parameters + from)
  }

  package mutating func finish(_ page: Page.Report) async throws {
    // A WARNING without an address (of an old version's end, say) is no further page.
    guard let next = page.nextID else {
      isDone = true
      return
    }
    if next <= idMin ?? 0 || next <= page.lastID ?? 0 {
      throw PagingError(
        description: "\(path): the next page begins at id \(next), which is not behind this one "
          + "(it began at \(idMin ?? 0) and ended at \(page.lastID ?? 0)); nothing of it is asked for again and again"
      )
    }
    idMin = next
  }

  package mutating func resume(after id: UInt64, of page: Page.Report) { idMin = id == .max ? id : id + 1 }
}
