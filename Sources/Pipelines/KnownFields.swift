internal import Records
internal import Streaming

/// The fields that Qualys sends, as far as we know; it adds some every year (`qualys-api` 1.3).
struct KnownFields: Sendable {
  /// Paths in the order of Qualys' own documentation.
  let paths: [String]
  private let known: Set<String>
  /// Paths by how they are written out with `names: sumo`.
  private let written: [String: String]

  init(_ paths: [String]) {
    self.paths = paths
    known = Set(paths)
    var written: [String: String] = [:]
    for path in paths {
      for spelling in Self.spellings(of: path) where written[spelling] == nil { written[spelling] = path }
    }
    self.written = written
  }

  /// The fields of a kind of record, if we know them.
  static func of(_ port: Port) -> KnownFields? {
    switch port {
    case Port(Host.self): hosts
    case Port(Detection.self): detections
    case Port(KnowledgeBaseEntry.self): entries
    case Port(Asset.self), Port(AssetsAnswer.self): assets
    default: nil
    }
  }

  /// Whether a path is one of them.
  func contains(_ path: String) -> Bool { known.contains(path) }

  /// The field that is written out as this text.
  func path(writtenAs text: String) -> String? { known.contains(text) ? nil : written[text] }

  /// The field that was probably meant.
  func closest(to path: String) -> String? {
    if let known = paths.first(where: { $0.hasSuffix("." + path) }) { return known }
    if let last = path.split(separator: ".").last, path.contains(".") {
      if let known = paths.first(where: { $0 == last || $0.hasSuffix("." + last) }) { return known }
    }
    return Suggestion.closest(to: path, among: paths)
  }

  /// How a path is written out: with the members of a list in the list's place, and without.
  private static func spellings(of path: String) -> Set<String> {
    var whole: [String] = []
    var collapsed: [String] = []
    var isMember = false
    for part in path.split(separator: ".") {
      let spelling = NameSpelling.sumo(String(part))
      if part.hasPrefix("@") {
        let attribute = NameSpelling.sumo(String(part.dropFirst()).uppercased())
        whole = whole.dropLast() + [(whole.last ?? "") + attribute]
        collapsed = collapsed.dropLast() + [(collapsed.last ?? "") + attribute]
      } else {
        whole.append(spelling)
        if !isMember { collapsed.append(spelling) }
        isMember = !isMember && Name(String(part)).spelling.role == .list
      }
    }
    return [whole.joined(separator: "."), collapsed.joined(separator: ".")]
  }

  // MARK: - The lists

  private static let hosts = KnownFields(host + ["DETECTION_LIST"] + under("DETECTION_LIST.DETECTION", detection))
  private static let detections = KnownFields(host + under("DETECTION", detection))
  private static let entries = KnownFields(entry)
  /// Of detections behind `join-knowledge-base`, beside their own.
  static let joined = KnownFields(under("KNOWLEDGE_BASE", ["MISSING"] + entry))

  static func under(_ parent: String, _ children: [String]) -> [String] {
    [parent] + children.map { "\(parent).\($0)" }
  }

  private static let host =
    [
      "ID", "ASSET_ID", "IP", "IPV6", "TRACKING_METHOD", "ASSET_GROUP_LIST", "NETWORK_ID", "NETWORK_NAME", "OS",
      "OS_CPE", "DNS",
    ]
    + under("DNS_DATA", ["HOSTNAME", "DOMAIN", "FQDN"])
    + [
      "OS_HOSTNAME", "CLOUD_PROVIDER", "CLOUD_SERVICE", "CLOUD_RESOURCE_ID", "EC2_INSTANCE_ID", "NETBIOS", "QG_HOSTID",
      "LAST_SCAN_DATETIME", "LAST_VM_SCANNED_DATE", "LAST_VM_SCANNED_DURATION", "LAST_VM_AUTH_SCANNED_DATE",
      "LAST_VM_AUTH_SCANNED_DURATION", "LAST_PC_SCANNED_DATE", "TAGS",
    ]
    + under("TAGS.TAG", ["TAG_ID", "NAME", "COLOR", "BACKGROUND_COLOR"])
    + ["METADATA"]
    + ["EC2", "GOOGLE", "AZURE"].flatMap { cloud in
      ["METADATA.\(cloud)"]
        + under(
          "METADATA.\(cloud).ATTRIBUTE",
          ["NAME", "LAST_STATUS", "VALUE", "LAST_SUCCESS_DATE", "LAST_ERROR_DATE", "LAST_ERROR"]
        )
    }
    + ["CLOUD_PROVIDER_TAGS"] + under("CLOUD_PROVIDER_TAGS.CLOUD_TAG", ["NAME", "VALUE", "LAST_SUCCESS_DATE"])

  private static let detection = [
    "UNIQUE_VULN_ID", "QID", "TYPE", "SEVERITY", "PORT", "PROTOCOL", "FQDN", "SSL", "INSTANCE", "RESULTS", "STATUS",
    "FIRST_FOUND_DATETIME", "LAST_FOUND_DATETIME", "QDS", "QDS.@severity", "QDS_FACTORS", "QDS_FACTORS.QDS_FACTOR",
    "QDS_FACTORS.QDS_FACTOR.@name", "TIMES_FOUND", "LAST_TEST_DATETIME", "LAST_UPDATE_DATETIME", "LAST_FIXED_DATETIME",
    "FIRST_REOPENED_DATETIME", "LAST_REOPENED_DATETIME", "TIMES_REOPENED", "SERVICE", "IS_IGNORED", "IS_DISABLED",
    "AFFECT_RUNNING_KERNEL", "AFFECT_RUNNING_SERVICE", "AFFECT_EXPLOITABLE_CONFIG", "LAST_PROCESSED_DATETIME",
    "ASSET_CVE", "SOURCE", "MITRE_TACTIC_NAME", "MITRE_TECHNIQUE_NAME", "MITRE_TACTIC_ID", "MITRE_TECHNIQUE_ID",
    "VULNERABILITY_DETECTION_SOURCES", "LATEST_VULNERABILITY_DETECTION_SOURCE", "REPAIRED_CHARACTERS",
  ]

  private static let entry =
    ["QID", "VULN_TYPE", "SEVERITY_LEVEL", "TITLE", "CATEGORY", "DETECTION_INFO"]
    + under("LAST_CUSTOMIZATION", ["DATETIME", "USER_LOGIN"])
    + ["LAST_SERVICE_MODIFICATION_DATETIME", "PUBLISHED_DATETIME", "CODE_MODIFIED_DATETIME", "BUGTRAQ_LIST"]
    + under("BUGTRAQ_LIST.BUGTRAQ", ["ID", "URL"])
    + ["PATCHABLE", "PATCH_PUBLISHED_DATE", "SOFTWARE_LIST"]
    + under("SOFTWARE_LIST.SOFTWARE", ["PRODUCT", "VENDOR"])
    + ["VENDOR_REFERENCE_LIST"] + under("VENDOR_REFERENCE_LIST.VENDOR_REFERENCE", ["ID", "URL"])
    + ["CVE_LIST"] + under("CVE_LIST.CVE", ["ID", "URL"])
    + [
      "DIAGNOSIS", "DIAGNOSIS_COMMENT", "CONSEQUENCE", "CONSEQUENCE_COMMENT", "SOLUTION", "SOLUTION_COMMENT",
      "COMPLIANCE_LIST",
    ]
    + under("COMPLIANCE_LIST.COMPLIANCE", ["TYPE", "SECTION", "DESCRIPTION"])
    + ["CORRELATION", "CORRELATION.EXPLOITS"]
    + under("CORRELATION.EXPLOITS.EXPLT_SRC", ["SRC_NAME", "EXPLT_LIST"])
    + under("CORRELATION.EXPLOITS.EXPLT_SRC.EXPLT_LIST.EXPLT", ["REF", "DESC", "LINK"])
    + ["CORRELATION.MALWARE"]
    + under("CORRELATION.MALWARE.MW_SRC", ["SRC_NAME", "MW_LIST"])
    + under(
      "CORRELATION.MALWARE.MW_SRC.MW_LIST.MW_INFO",
      ["MW_ID", "MW_TYPE", "MW_PLATFORM", "MW_ALIAS", "MW_RATING", "MW_LINK"]
    )
    + under(
      "CVSS",
      ["BASE", "BASE.@source", "TEMPORAL", "VECTOR_STRING"] + under("ACCESS", ["VECTOR", "COMPLEXITY"])
        + under("IMPACT", impact) + ["AUTHENTICATION", "EXPLOITABILITY", "REMEDIATION_LEVEL", "REPORT_CONFIDENCE"]
    )
    + under(
      "CVSS_V3",
      ["BASE", "BASE.@source", "TEMPORAL", "VECTOR_STRING", "CVSS3_VERSION"]
        + under("ATTACK", ["VECTOR", "COMPLEXITY"]) + under("IMPACT", impact)
        + [
          "PRIVILEGES_REQUIRED", "USER_INTERACTION", "SCOPE", "EXPLOIT_CODE_MATURITY", "REMEDIATION_LEVEL",
          "REPORT_CONFIDENCE",
        ]
    )
    + ["CVSS_V4", "PCI_FLAG", "AUTOMATIC_PCI_FAIL", "PCI_REASONS", "PCI_REASONS.PCI_REASON"]
    + [
      "THREAT_INTELLIGENCE", "THREAT_INTELLIGENCE.THREAT_INTEL", "THREAT_INTELLIGENCE.THREAT_INTEL.@id",
      "SUPPORTED_MODULES",
    ]
    + under("DISCOVERY", ["REMOTE", "AUTH_TYPE_LIST", "AUTH_TYPE_LIST.AUTH_TYPE", "ADDITIONAL_INFO"])
    + ["IS_DISABLED", "CHANGE_LOG_LIST"]
    + under("CHANGE_LOG_LIST.CHANGE_LOG_INFO", ["CHANGE_DATE", "COMMENTS"])
    + ["TECHNOLOGY", "REPAIRED_CHARACTERS"]

  private static let impact = ["CONFIDENTIALITY", "INTEGRITY", "AVAILABILITY"]
}
