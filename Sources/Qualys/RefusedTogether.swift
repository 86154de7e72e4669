internal import Streaming

/// Options of the detections source that Qualys refuses together (qualys-api 1.2), found before anything is asked.
enum RefusedTogether {
  /// Of each of these at most one.
  private static let alternatives = [
    ["ag_ids", "ag_titles"], ["detection_updated_since", "max_days_since_detection_updated"],
    ["detection_last_tested_since", "detection_last_tested_since_days"],
    ["detection_last_tested_before", "detection_last_tested_before_days"],
    ["vm_scan_since", "max_days_since_last_vm_scan"], ["no_vm_scan_since", "max_days_since_last_vm_scan"],
    ["arf_filter_keys", "arf_kernel_filter"], ["include_search_list_ids", "include_search_list_titles"],
    ["exclude_search_list_ids", "exclude_search_list_titles"],
  ]
  private static let searchLists = [
    "include_search_list_ids", "include_search_list_titles", "exclude_search_list_ids", "exclude_search_list_titles",
  ]
  private static let otherTargets = ["ids", "ips", "ag_ids", "ag_titles", "network_ids", "network_name", "use_tags"]

  static func check(_ options: Options) throws(OptionError) {
    let pairs =
      alternatives.map { ($0[0], $0[1]) } + searchLists.flatMap { [("qids", $0), ("severities", $0)] }
      + otherTargets.map { ($0, "ipv6") }
    for (one, other) in pairs where options[one] != nil && options[other] != nil {
      throw OptionError(other, "Qualys refuses '\(one)' and '\(other)' together", help: "choose one of them")
    }
    for limit in ["qds_min", "qds_max"] where options[limit] != nil && options.boolean("show_qds") != true {
      throw OptionError(limit, "Qualys takes '\(limit)' only with 'show_qds'", help: "add 'show_qds: true'")
    }
    if let least = options.integer("qds_min"), let most = options.integer("qds_max"), least >= most {
      throw OptionError("qds_max", "Qualys wants 'qds_min' below 'qds_max'; here they are \(least) and \(most)")
    }
  }
}
