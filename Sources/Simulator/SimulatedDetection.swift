/// One detection: a QID found on a host.
struct SimulatedDetection: Sendable {
  /// The text of RESULTS, or nothing for a detection without it.
  let results: ResultsText?

  /// The QID that was found.
  var qid: Int { vulnerability.qid }

  /// What Qualys says about the QID, on any host.
  var severity: Int { vulnerability.severity }

  /// What became of it, or nothing for information, which has no status.
  var status: DetectionStatus? { vulnerability.certainty == .information ? nil : history.status }

  private let vulnerability: Vulnerability
  private let host: SimulatedHost
  private let uniqueID: Int
  private let instance: Int
  private let wasNew: Bool
  private var history: DetectionHistory
  private var generator: SeededGenerator

  init(
    vulnerability: Vulnerability,
    host: SimulatedHost,
    foundBy scan: Int,
    uniqueID: Int,
    instance: Int,
    resultsBytes: Int?,
    generator: SeededGenerator
  ) {
    self.vulnerability = vulnerability
    self.host = host
    self.uniqueID = uniqueID
    self.instance = instance
    self.generator = generator
    results = Self.makeResults(of: vulnerability, size: resultsBytes, using: &self.generator)

    var first = self.generator
    var changes = first.split()
    history =
      scan == 0
      ? DetectionHistory(before: host.scans[0].ended, using: &self.generator)
      : DetectionHistory(newAt: host.scans[scan].ended)
    wasNew = history.status == .new
    for later in host.scans[(scan + 1)...] { history.scan(at: later.ended, using: &changes) }
  }

  private static func makeResults(
    of vulnerability: Vulnerability,
    size: Int?,
    using generator: inout SeededGenerator
  ) -> ResultsText? {
    let usualSize = generator.logNormal(logarithm: 5.2, deviation: 0.9)
    let largeSize = 5_000 * exponential(generator.unit() * 2.48)
    let isLarge = generator.below(1_000) < 5
    let isAbsent = generator.chance(percent: 2)
    let text = generator.split()
    if size == nil, isAbsent { return nil }
    let size = size ?? Int(isLarge ? largeSize : min(usualSize, 5_000))
    return ResultsText(kind: vulnerability.results, size: size, generator: text)
  }
}

// MARK: - Before RESULTS

extension SimulatedDetection {
  /// Writes the elements that stand before RESULTS.
  mutating func writeFieldsBeforeResults(to writer: inout AnswerWriter, withUniqueID: Bool = true) {
    if withUniqueID { writer.element("UNIQUE_VULN_ID", uniqueID) }
    writer.element("QID", vulnerability.qid)
    switch vulnerability.certainty {
    case .confirmed: writer.element("TYPE", "Confirmed")
    case .potential: writer.element("TYPE", "Potential")
    case .information: writer.element("TYPE", "Info")
    }
    writer.element("SEVERITY", vulnerability.severity)
    if let service = vulnerability.service {
      writer.element("PORT", service.port)
      writer.element("PROTOCOL", service.transport)
      if generator.chance(percent: 15) {
        writer.element("FQDN") {
          $0.append("www-")
          $0.append(host.id)
          $0.append(".example.com")
        }
      }
    }
    writer.element("SSL", vulnerability.service?.isEncrypted == true ? 1 : 0)
    if instance > 0 || generator.chance(percent: 4) {
      writer.element("INSTANCE") {
        $0.append("/srv/&lt;app&gt; &amp; data/")
        $0.append(instance)
      }
    }
  }
}

// MARK: - After RESULTS

extension SimulatedDetection {
  /// Writes the elements that stand after RESULTS.
  mutating func writeFieldsAfterResults(to writer: inout AnswerWriter) {
    let isInformation = vulnerability.certainty == .information
    if let status { writer.element("STATUS", status.name) }
    writer.element("FIRST_FOUND_DATETIME", history.firstFound)
    writer.element("LAST_FOUND_DATETIME", history.lastFound)
    if !isInformation { writeScore(to: &writer) }
    writer.element("TIMES_FOUND", (wasNew ? 1 : generator.number(in: 2...900)) + history.timesFoundAgain)
    writer.element("LAST_TEST_DATETIME", host.lastScan.ended)
    writer.element("LAST_UPDATE_DATETIME", host.lastScan.processed)
    if !isInformation { history.write(to: &writer) }
    writer.element("IS_IGNORED", generator.chance(percent: 3) ? 1 : 0)
    writer.element("IS_DISABLED", generator.chance(percent: 1) ? 1 : 0)
    if generator.chance(percent: 10) { writer.element("AFFECT_RUNNING_KERNEL", generator.below(2)) }
    if generator.chance(percent: 3) { writer.element("AFFECT_RUNNING_SERVICE", generator.below(2)) }
    if generator.chance(percent: 3) { writer.element("AFFECT_EXPLOITABLE_CONFIG", generator.below(2)) }
    writer.element("LAST_PROCESSED_DATETIME", host.lastScan.processed)
    if generator.chance(percent: 15) { writeCVE(to: &writer) }
    if generator.chance(percent: 10) { writeSources(to: &writer) }
    if let technique = vulnerability.technique { write(technique, to: &writer) }
  }

  private func writeCVE(to writer: inout AnswerWriter) {
    writer.element("ASSET_CVE") {
      $0.append("CVE-")
      $0.append(vulnerability.cve.year)
      $0.append("-")
      $0.append(vulnerability.cve.number)
    }
  }

  private mutating func writeSources(to writer: inout AnswerWriter) {
    let isByAgent = generator.chance(percent: 60)
    writer.element("SOURCE", isByAgent ? "Cloud Agent" : "Scanner")
    writer.element("VULNERABILITY_DETECTION_SOURCES", isByAgent ? "Cloud Agent,Internal Scanner" : "Internal Scanner")
    writer.element("LATEST_VULNERABILITY_DETECTION_SOURCE", isByAgent ? "Cloud Agent" : "Internal Scanner")
  }

  private func write(_ technique: AttackTechnique, to writer: inout AnswerWriter) {
    writer.element("MITRE_TACTIC_NAME", technique.tactic)
    writer.element("MITRE_TECHNIQUE_NAME", technique.name)
    writer.element("MITRE_TACTIC_ID", technique.tacticID)
    writer.element("MITRE_TECHNIQUE_ID", technique.id)
  }
}

// MARK: - The Qualys Detection Score

extension SimulatedDetection {
  private mutating func writeScore(to writer: inout AnswerWriter) {
    let score = min(vulnerability.score + generator.below(3), 100)
    writer.element("QDS", attribute: "severity", Self.name(ofScore: score)) { $0.append(score) }
    if generator.chance(percent: 62) { writeFactors(to: &writer) }
  }

  private static func name(ofScore score: Int) -> StaticString {
    switch score {
    case 90...: "CRITICAL"
    case 70...: "HIGH"
    case 40...: "MEDIUM"
    default: "LOW"
    }
  }

  private mutating func writeFactors(to writer: inout AnswerWriter) {
    writer.open("QDS_FACTORS")
    writer.factor("CVSS") {
      $0.append(vulnerability.score / 10)
      $0.append(".")
      $0.append(vulnerability.score % 10)
    }
    writer.factor("CVSS_version") { $0.append("v3.x") }
    writer.factor("epss") {
      $0.append("0.")
      $0.append(generator.below(10_000), digits: 5)
    }
    if generator.chance(percent: 40) {
      writer.factor("CVSS_vector") { $0.append("AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H") }
    }
    if vulnerability.score >= 60 {
      writer.factor("RTI") { $0.append("local,remote") }
      writer.factor("exploit_maturity") { $0.append("weaponized,poc") }
    }
    if vulnerability.score >= 85 {
      writer.factor("CISA_vuln") { $0.append("YES") }
      writer.factor("trending") { $0.append("11012026,11022026,11052026") }
    }
    if generator.chance(percent: 5) {
      writer.factor("mitigation_controls") { $0.append("18436,18437") }
    }
    writer.close("QDS_FACTORS")
  }
}

extension AnswerWriter {
  fileprivate mutating func factor(_ name: StaticString, text: (inout AnswerWriter) -> Void) {
    element("QDS_FACTOR", attribute: "name", name) {
      $0.append("<![CDATA[")
      text(&$0)
      $0.append("]]>")
    }
  }
}
