/// The names that the code itself speaks of, interned first so that their numbers are constants.
package enum WellKnownName {
  package static let id = Name(id: 0)
  package static let ip = Name(id: 1)
  package static let dns = Name(id: 2)
  package static let dnsData = Name(id: 3)
  package static let hostname = Name(id: 4)
  package static let netbios = Name(id: 5)
  package static let detectionList = Name(id: 6)
  package static let detection = Name(id: 7)
  package static let results = Name(id: 8)
  package static let lastProcessedDateTime = Name(id: 9)
  package static let lastUpdateDateTime = Name(id: 10)
  package static let lastFoundDateTime = Name(id: 11)
  package static let repairedCharacters = Name(id: 12)
  package static let host = Name(id: 13)
  package static let qid = Name(id: 14)
  package static let severity = Name(id: 15)
  package static let part = Name(id: 16)
  package static let parts = Name(id: 17)
  package static let knowledgeBase = Name(id: 18)
  package static let missing = Name(id: 19)
  package static let eventID = Name(id: 20)
  package static let entityID = Name(id: 21)

  /// In the order of the numbers above.
  package static let all = [
    "ID", "IP", "DNS", "DNS_DATA", "HOSTNAME", "NETBIOS", "DETECTION_LIST", "DETECTION", "RESULTS",
    "LAST_PROCESSED_DATETIME", "LAST_UPDATE_DATETIME", "LAST_FOUND_DATETIME", "REPAIRED_CHARACTERS", "HOST", "QID",
    "SEVERITY", "PART", "PARTS", "KNOWLEDGE_BASE", "MISSING", "event_id", "entity_id",
  ]

  /// Elements that hold lists without saying so in their name (`qualys-api` 1.3 and 2.3).
  package static let lists: Set<String> = [
    "TAGS", "QDS_FACTORS", "CLOUD_PROVIDER_TAGS", "EC2", "GOOGLE", "AZURE",
    "EXPLOITS", "MALWARE", "PCI_REASONS", "THREAT_INTELLIGENCE",
  ]
}
