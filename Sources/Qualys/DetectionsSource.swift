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
      off is asked for again behind its last complete host; one that gives no complete host is asked for with half as \
      many, and so on. A host with which a page ended and the next begins again comes once. A single host that does not \
      come in five calls is left out, with an event, and asked for again in each round. Options are Qualys' own parameters; `only-updated` is ours.
      """,
    form: .options(parameters.options + [onlyUpdated]),
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
    Option("ids", .list(.text), "Only hosts of these ids and ranges of ids, such as 1 and 5-9."),
    Option("ips", .list(.text), "Only hosts of these IPv4 addresses and ranges, such as 10.0.0.1-10.0.0.9."),
    Option("ipv6", .list(.text), "Only hosts of these IPv6 addresses; stands alone among the choices of hosts."),
    Option("ag_ids", .list(.text), "Only hosts in asset groups of these ids."),
    Option("ag_titles", .list(.text), "Only hosts in asset groups of these titles."),
    Option("network_ids", .list(.text), "Only hosts in networks of these ids."),
    Option("network_name", .text, "Only hosts in the network of this name."),
    Option("os_pattern", .text, "Only hosts whose operating system matches this regular expression (PCRE)."),
    Option("compliance_enabled", .boolean, "Only hosts that are, or are not, enabled for compliance."),
    Option("vm_scan_since", .text, "Only hosts whose scans ended since this time (UTC)."),
    Option("no_vm_scan_since", .text, "Only hosts that were not scanned since this time (UTC)."),
    Option("max_days_since_last_vm_scan", .integer(1...36_500), "Only hosts scanned within so many days."),
    Option("vm_scan_date_after", .text, "Only hosts whose scans ended after this time (UTC)."),
    Option("vm_scan_date_before", .text, "Only hosts whose scans ended before this time (UTC)."),
    Option("vm_auth_scan_date_after", .text, "Only hosts whose authenticated scans ended after this time (UTC)."),
    Option("vm_auth_scan_date_before", .text, "Only hosts whose authenticated scans ended before this time (UTC)."),
    Option("use_tags", .boolean, "Whether hosts are chosen by tags."),
    Option("tag_set_by", .choice(["id", "name"]), "Whether tag sets hold ids or names."),
    Option("tag_include_selector", .choice(["any", "all"]), "Whether a host needs any or all tags of the set."),
    Option("tag_exclude_selector", .choice(["any", "all"]), "Whether any tag or all tags of the set exclude a host."),
    Option("tag_set_include", .list(.text), "Tags whose hosts are asked for."),
    Option("tag_set_exclude", .list(.text), "Tags whose hosts are left out."),
    Option("severities", .list(.text), "Only detections of these severities, 1 to 5, and ranges such as 3-5."),
    Option("qids", .list(.text), "Only these QIDs and ranges of QIDs."),
    Option("include_vuln_type", .choice(["confirmed", "potential"]), "Only confirmed or only potential ones."),
    Option("include_search_list_ids", .list(.text), "Only QIDs in search lists of these ids."),
    Option("exclude_search_list_ids", .list(.text), "No QIDs in search lists of these ids."),
    Option("include_search_list_titles", .list(.text), "Only QIDs in search lists of these titles."),
    Option("exclude_search_list_titles", .list(.text), "No QIDs in search lists of these titles."),
    Option("filter_superseded_qids", .boolean, "Leaves out QIDs that another one supersedes."),
    Option("detection_updated_since", .text, "Only detections whose status changed since this time (UTC)."),
    Option("detection_updated_before", .text, "Only detections whose status changed before this time (UTC)."),
    Option("max_days_since_detection_updated", .integer(1...36_500), "Only those that changed within so many days."),
    Option("detection_processed_after", .text, "Only detections that were processed after this time (UTC)."),
    Option("detection_processed_before", .text, "Only detections that were processed before this time (UTC)."),
    Option("detection_last_tested_since", .text, "Only detections that were tested since this time (UTC)."),
    Option("detection_last_tested_since_days", .integer(1...36_500), "Only detections tested within so many days."),
    Option("detection_last_tested_before", .text, "Only detections that were last tested before this time (UTC)."),
    Option("detection_last_tested_before_days", .integer(1...36_500), "Only those last tested so many days ago."),
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
    Option("arf_kernel_filter", .integer(0...4), "As active_kernels_only; version 2.0 only."),
    Option("arf_service_filter", .integer(0...4), "The same for services; version 2.0 only."),
    Option("arf_config_filter", .integer(0...4), "The same for configurations; version 2.0 only."),
    Option("show_arf_data", .boolean, "Includes whether a detection touches what runs."),
    Option("arf_filter_keys", .list(.text), "Which of those: non-running-kernel, non-running-service, …"),
    Option("os_hostname", .boolean, "Includes the host name that the operating system gave."),
    Option("mitre_attack_details", .boolean, "Includes tactics and techniques of MITRE ATT&CK."),
    Option("vuln_detection_source", .boolean, "Includes which sensors found a detection."),
  ])

  private static let onlyUpdated = Option(
    "only-updated",
    .boolean,
    default: "false",
    """
    Whether a later round leaves out detections whose status did not change since the round before began \
    (`detection_updated_since`): much less, but a detection that was only found again, or scored anew, does not come.
    """
  )

  private let parameters: [APIRequest.Parameter]
  private let isOnlyUpdated: Bool

  package init(_ options: Options) throws(OptionError) {
    try RefusedTogether.check(options)
    try NumberRanges.check(["ids", "ag_ids", "network_ids", "qids"], of: options)
    try NumberRanges.check(["include_search_list_ids", "exclude_search_list_ids"], of: options)
    try NumberRanges.check(["severities"], of: options, within: 1...5)
    try AddressRanges.check("ips", of: options)
    for name in Self.times { try RequestTime.check(name, of: options) }
    parameters = Self.parameters.values(of: options)
    isOnlyUpdated = options.boolean("only-updated") ?? false
    if isOnlyUpdated, options["detection_updated_since"] != nil || options["max_days_since_detection_updated"] != nil {
      throw OptionError(
        "only-updated",
        "'only-updated' sends 'detection_updated_since' itself, and Qualys takes one such parameter",
        help: "choose one of them"
      )
    }
  }

  /// The parameters of a stream's options that choose hosts, as Host List takes them, too.
  package static func hostFilters(of options: Options) -> [APIRequest.Parameter] {
    parameters.values(of: options).filter { DetectionsPager.hostFilters.contains($0.name) }
  }

  /// The options that take a time.
  private static let times = [
    "vm_scan_since", "no_vm_scan_since", "vm_scan_date_after", "vm_scan_date_before", "vm_auth_scan_date_after",
    "vm_auth_scan_date_before", "detection_updated_since", "detection_updated_before", "detection_processed_after",
    "detection_processed_before", "detection_last_tested_since", "detection_last_tested_before",
  ]

  package func pager(_ context: CallContext) throws -> RangedDetectionsPager {
    let path = "/api/\(context.version(of: .detections))/fo/asset/host/vm/detection/"
    let quarantine = Quarantine(context.state, of: context.stream, context.notices)
    let windowParameters = ["vm_processed_after"] + (isOnlyUpdated ? ["detection_updated_since"] : [])
    // Which parameters carry the window is part of what is asked for.
    let asked = parameters + windowParameters.map { APIRequest.Parameter($0, "") }
    let pages = DetectionsPager(
      path: path,
      parameters: parameters,
      try context.beginning(asking: OptionsFingerprint.text(path, asked)),
      windowParameters: windowParameters,
      entries: try quarantine.entries(),
      quarantine,
      context.notices
    )
    return RangedDetectionsPager(pages, context)
  }
}
