extension KnownFields {
  /// The members of an asset (`qualys-api` 3.4).
  static let assets = KnownFields(
    [
      "assetId", "assetUUID", "hostId", "lastModifiedDate", "agentId", "createdDate", "sensorLastUpdatedDate",
      "assetType", "address", "dnsName", "assetName", "netbiosName", "timeZone", "biosDescription", "lastBoot",
      "totalMemory", "cpuCount", "lastLoggedOnUser", "domainRole", "hwUUID", "biosSerialNumber", "biosAssetTag",
      "isContainerHost",
    ]
      + under(
        "operatingSystem",
        [
          "osName", "fullName", "category", "category1", "category2", "productName", "publisher", "edition",
          "marketVersion", "version", "update", "architecture",
        ] + lifecycle + taxonomy
          + ["productUrl", "productFamily", "installDate", "release", "cpeId", "cpe", "cpeType"]
      )
      + under(
        "hardware",
        ["fullName", "category", "category1", "category2", "manufacturer", "productName", "model"]
          + under("lifecycle", ["introDate", "gaDate", "eosDate", "obsoleteDate", "stage", "lifeCycleConfidence"])
          + taxonomy + ["productUrl", "productFamily"]
      )
      + list("userAccountListData", "userAccount", ["name"])
      + list(
        "openPortListData",
        "openPort",
        [
          "port", "description", "protocol", "detectedService", "firstFound", "lastUpdated", "authorization",
          "detectionScore", "discoverySources",
        ]
      )
      + list("volumeListData", "volume", ["name", "free", "size"])
      + list(
        "networkInterfaceListData",
        "networkInterface",
        [
          "hostname", "addressIpV4", "addressIpV6", "macAddress", "interfaceName", "dnsAddress", "gatewayAddress",
          "manufacturer", "macVendorIntroDate", "netmask", "addresses",
        ]
      )
      + list("softwareListData", "software", software)
      + ["softwareComponent", "provider"] + under("cloudProvider", clouds)
      + under(
        "agent",
        ["version", "configurationProfile"] + under("activations", ["key", "status"])
          + ["connectedFrom", "lastActivity", "lastCheckedIn", "lastInventory", "udcManifestAssigned", "errorStatus"]
      )
      + under(
        "sensor",
        [
          "activatedForModules", "pendingActivationForModules", "lastVMScan", "lastComplianceScan", "lastFullScan",
          "lastVmScanDateScanner", "lastVmScanDateAgent", "lastPcScanDateScanner", "lastPcScanDateAgent",
          "firstEasmScanDate", "lastEasmScanDate",
        ]
      )
      + under("container", ["product", "version", "noOfContainers", "noOfImages", "hasSensor"])
      + under("inventory", ["source", "created", "lastUpdated"])
      + list("inventoryListData", "inventory", ["source", "created", "lastUpdated"])
      + under("activity", ["source", "lastScannedDate"])
      + list(
        "tagList",
        "tag",
        ["tagId", "tagName", "foregroundColor", "backgroundColor", "businessImpact", "criticalityScore"]
      )
      + list("serviceList", "service", ["description", "name", "status"])
      + under("lastLocation", ["city", "state", "country", "name", "continent", "postal"])
      + under("criticality", ["score", "isDefault", "lastUpdated"])
      + under(
        "businessInformation",
        [
          "company", "department", "ownedBy", "environment", "managedBy", "supportedBy", "supportGroup",
          "operationalStatus",
        ]
      )
      + under("assignedLocation", ["name", "city", "state", "country"])
      + list(
        "businessAppListData",
        "businessApp",
        [
          "id", "name", "environment", "businessCriticality", "managedBy", "ownedBy", "supportedBy", "supportGroup",
          "operationalStatus", "status", "usedFor",
        ]
      )
      + ["riskScore", "passiveSensor", "domain", "subdomain", "missingSoftware"]
      + under(
        "whois",
        [
          "domain", "createdDate", "dnssec", "domainStatus", "registrantOrganization", "registrantName",
          "registrantEmail", "registrantContact", "registrar", "registrantCountry", "expirationDate", "updatedDate",
        ]
      )
      + ["organizationName", "isp", "asn", "easmTags", "hostingCategory1"]
      + under("customAttributes", ["key", "value", "connectorName"])
      + under(
        "processor",
        [
          "description", "speed", "numCPUs", "noOfSocket", "threadsPerCore", "coresPerSocket", "multithreadingStatus",
        ]
      ) + ["lparId"]
  )

  private static let lifecycle = under(
    "lifecycle",
    [
      "gaDate", "eolDate", "eosDate", "stage", "lifeCycleConfidence", "eolSupportStage", "eosSupportStage",
      "detectionScore",
    ]
  )

  private static let taxonomy = under("taxonomy", ["id", "name", "category1", "category2"])

  private static let software =
    [
      "id", "discoverySources", "fullName", "softwareType", "isIgnored", "ignoredReason", "category", "category1",
      "category2", "productName", "component", "publisher", "edition", "marketVersion", "version", "update",
      "architecture", "installDate", "installPath", "lastUpdated", "lastUseDate", "language", "formerlyKnownAs",
      "isPackage", "isPackageComponent", "packageName", "productUrl",
    ] + lifecycle + ["supportStageDesc"] + under("license", ["category", "subcategory"])
    + [
      "authorization", "discoveredPublisher", "discoveredName", "discoveredVersion", "authorizationDetectionScore",
      "cpeId", "cpe", "cpeType",
    ]
    + under(
      "softwareInstances",
      [
        "firstSeen", "lastSeen", "InstanceName", "PROC", "BIN_PATH", "PRODUCT", "VERSION", "TECHNOLOGY", "CONF_PATH",
      ]
    )

  private static let clouds =
    under(
      "aws",
      under(
        "ec2",
        [
          "accountId", "availabilityZone", "hasAgent", "hostname", "imageId", "instanceId", "instanceState",
          "instanceType", "qualysScanner", "kernelId", "launchdate", "privateDNS", "privateIpAddress", "publicDNS",
          "publicIpAddress",
        ] + under("region", ["code", "name"]) + ["spotInstance", "subnetId", "vpcId"]
      ) + under("tags", ["key", "value"])
    ) + ["azure", "gcp", "oci", "ibm", "alibaba"]

  private static func list(_ wrapper: String, _ member: String, _ fields: [String]) -> [String] {
    under(wrapper, under(member, fields))
  }
}
