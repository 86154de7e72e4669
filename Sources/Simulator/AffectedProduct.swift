/// Software that has vulnerabilities, and what its vendor calls the advisories about them.
struct AffectedProduct: Sendable {
  var name: StaticString
  var product: StaticString
  var vendor: StaticString
  var category: StaticString
  var advisory: StaticString
  /// How a scanner must log in to find it; nothing for what is found from the network alone.
  var authentication: [StaticString]

  static let local = [
    AffectedProduct(
      name: "Example Office",
      product: "office",
      vendor: "example",
      category: "Office Application",
      advisory: "EXO",
      authentication: ["Windows"]
    ),
    AffectedProduct(
      name: "Example Windows Server & Client",
      product: "windows",
      vendor: "example",
      category: "Windows",
      advisory: "KB",
      authentication: ["Windows"]
    ),
    AffectedProduct(
      name: "Enterprise Linux kernel-core",
      product: "kernel-core",
      vendor: "enterprise_linux",
      category: "Local",
      advisory: "ELSA",
      authentication: ["Unix"]
    ),
    AffectedProduct(
      name: "Köln Viewer",
      product: "viewer",
      vendor: "köln_software",
      category: "Local",
      advisory: "KSA",
      authentication: ["Windows", "Unix"]
    ),
    AffectedProduct(
      name: "帳票マネージャー",
      product: "report_manager",
      vendor: "example_jp",
      category: "Database",
      advisory: "JSA",
      authentication: ["Unix", "ORACLE", "MYSQL"]
    ),
  ]

  static let remote = [
    AffectedProduct(
      name: "Example HTTP Server",
      product: "httpd",
      vendor: "example",
      category: "Web server",
      advisory: "EXW",
      authentication: []
    ),
    AffectedProduct(
      name: "TLS Configuration",
      product: "tls",
      vendor: "none",
      category: "General remote services",
      advisory: "TLS",
      authentication: []
    ),
    AffectedProduct(
      name: "Router OS <XE>",
      product: "router_os",
      vendor: "example_networks",
      category: "Network equipment",
      advisory: "exn-sa",
      authentication: ["Unix", "SNMP", "WEBLOGIC_VULN"]
    ),
  ]
}
