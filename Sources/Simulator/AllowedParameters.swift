/// The parameters that the lists of the older plane accept; anything else is refused with code 1901.
enum AllowedParameters {
  static let detections =
    hostFilters + [
      "show_results", "include_ignored", "include_disabled", "show_host_services", "qids", "show_igs",
      "show_reopened_info", "show_qds", "qds_min", "qds_max", "show_qds_factors", "severities",
      "include_search_list_titles", "exclude_search_list_titles", "include_search_list_ids", "exclude_search_list_ids",
      "output_format", "max_days_since_detection_updated", "detection_last_tested_since_days",
      "detection_last_tested_before_days", "status", "include_vuln_type", "active_kernels_only", "show_arf_data",
      "arf_filter_keys", "suppress_duplicated_data_from_csv", "detection_updated_since", "detection_updated_before",
      "detection_processed_after", "detection_processed_before", "detection_last_tested_since",
      "detection_last_tested_before", "filter_superseded_qids", "mitre_attack_details", "vuln_detection_source",
    ]

  static let hosts = hostFilters + ["details", "show_trurisk", "show_ars", "compliance_scan_since"]

  static let knowledgeBase = [
    "action", "echo_request", "details", "ids", "id_min", "id_max", "is_patchable", "last_modified_after",
    "last_modified_before", "last_modified_by_user_after", "last_modified_by_user_before",
    "last_modified_by_service_after", "last_modified_by_service_before", "published_after", "published_before",
    "discovery_method", "discovery_auth_types", "show_pci_reasons", "show_supported_modules_info",
    "show_disabled_flag", "show_qid_change_log",
  ]

  private static let hostFilters = [
    "action", "echo_request", "ips", "ipv6", "ids", "id_min", "id_max", "ag_ids", "ag_titles", "network_ids",
    "os_pattern", "truncation_limit", "show_tags", "show_asset_id", "use_tags", "tag_set_by", "tag_include_selector",
    "tag_exclude_selector", "tag_set_include", "tag_set_exclude", "no_vm_scan_since", "vm_scan_since",
    "vm_processed_after", "vm_processed_before", "vm_scan_date_before", "vm_scan_date_after",
    "vm_auth_scan_date_before", "vm_auth_scan_date_after", "compliance_enabled", "host_metadata",
    "host_metadata_fields", "show_cloud_tags", "cloud_tag_fields", "max_days_since_last_vm_scan", "os_hostname",
  ]

  /// What the simulation does as it is told.
  static let simulated: Set<String> = [
    "action", "details", "ids", "id_min", "id_max", "truncation_limit", "vm_processed_after", "vm_processed_before",
    "detection_updated_since", "status", "severities", "qids", "show_igs", "show_results", "show_tags",
    "last_modified_after", "last_modified_before",
  ]

  /// What answers always have, so that they can be asked for and not be refused.
  static let alwaysShown = [
    "show_asset_id": ["1"], "show_qds": ["1"], "show_qds_factors": ["1"], "show_reopened_info": ["1"],
    "show_cloud_tags": ["1"], "host_metadata": ["all", "ec2"], "show_arf_data": ["1"], "mitre_attack_details": ["1"],
    "vuln_detection_source": ["1"], "include_ignored": ["1"], "include_disabled": ["1"], "output_format": ["XML"],
    "show_pci_reasons": ["1"], "show_supported_modules_info": ["1"], "show_disabled_flag": ["1"],
    "show_qid_change_log": ["1"],
  ]

  /// Of each of these, a call has one at most (code 1904).
  static let exclusive = [
    ["ag_ids", "ag_titles"],
    ["detection_updated_since", "max_days_since_detection_updated"],
    ["vm_scan_since", "max_days_since_last_vm_scan"],
    ["no_vm_scan_since", "max_days_since_last_vm_scan"],
    ["include_search_list_ids", "include_search_list_titles"],
    ["exclude_search_list_ids", "exclude_search_list_titles"],
  ]
}
