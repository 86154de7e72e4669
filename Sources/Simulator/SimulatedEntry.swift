/// The KnowledgeBase entry of one QID.
struct SimulatedEntry: Sendable {
  private let vulnerability: Vulnerability
  private let product: AffectedProduct
  private let published: SimulatedInstant

  /// When Qualys changed it last.
  let modified: SimulatedInstant
  private let isPatchable: Bool
  private let hasExploit: Bool
  private var generator: SeededGenerator

  init(_ vulnerability: Vulnerability, seed: UInt64, round: Int = 1) {
    var generator = SeededGenerator(seed: seed, stream: vulnerability.qid)
    self.vulnerability = vulnerability
    product = generator.pick(vulnerability.service == nil ? AffectedProduct.local : AffectedProduct.remote)
    // In the year after its CVE was given, and changed since.
    let year = SimulatedInstant(seconds: (vulnerability.cve.year - 1970) * 31_556_952)
    published = min(year + generator.below(365 * SimulatedInstant.day), .november2026 - 40 * SimulatedInstant.day)
    let modified = published + generator.below(SimulatedInstant.november2026.seconds - published.seconds)
    self.modified = Self.change(of: vulnerability, upTo: round, seed: seed) ?? modified
    isPatchable = generator.chance(percent: 75)
    hasExploit = vulnerability.score >= 45 && generator.chance(percent: 60)
    self.generator = generator
  }

  /// When the last round so far changed the entry, if one of them did; each changes one in fifty.
  private static func change(of vulnerability: Vulnerability, upTo round: Int, seed: UInt64) -> SimulatedInstant? {
    for round in (1..<round).reversed() {
      var generator = SeededGenerator(seed: seed, stream: vulnerability.qid, round: round + 1)
      if generator.chance(percent: 2) { return .event(inRound: round + 1, seed: seed, using: &generator) }
    }
    return nil
  }

  private var isInformation: Bool { vulnerability.certainty == .information }

  /// Writes the entry, its elements in Qualys' order.
  mutating func write(to writer: inout AnswerWriter) {
    writer.open("VULN")
    writeIdentity(to: &writer)
    writeDates(to: &writer)
    writeReferences(to: &writer)
    writeTexts(to: &writer)
    if generator.chance(percent: 8) { writeCompliance(to: &writer) }
    if hasExploit { writeCorrelation(to: &writer) }
    if !isInformation { writeScores(to: &writer) }
    writePayment(to: &writer)
    if !isInformation { writeThreats(to: &writer) }
    writeDiscovery(to: &writer)
    writer.element("IS_DISABLED", generator.chance(percent: 1) ? 1 : 0)
    if generator.chance(percent: 10) { writeChanges(to: &writer) }
    writer.close("VULN")
  }
}

// MARK: - What it is

extension SimulatedEntry {
  private mutating func writeIdentity(to writer: inout AnswerWriter) {
    writer.element("QID", vulnerability.qid)
    let isEither = generator.chance(percent: 20)
    switch vulnerability.certainty {
    case .information: writer.element("VULN_TYPE", "Information Gathered")
    case _ where isEither: writer.element("VULN_TYPE", "Vulnerability or Potential Vulnerability")
    case .confirmed: writer.element("VULN_TYPE", "Vulnerability")
    case .potential: writer.element("VULN_TYPE", "Potential Vulnerability")
    }
    writer.element("SEVERITY_LEVEL", vulnerability.severity)
    let defect = generator.pick(isInformation ? Self.findings : Self.defects)
    writer.cdata("TITLE") {
      $0.append(product.name)
      $0.append(" ")
      $0.append(defect)
      if !isInformation {
        $0.append(" (")
        writeAdvisory(to: &$0)
        $0.append(")")
      }
    }
    writer.element("CATEGORY", product.category)
    if generator.chance(percent: 5) { writer.element("DETECTION_INFO", "Remote &amp; authenticated") }
  }

  private func writeAdvisory(to writer: inout AnswerWriter) {
    writer.append(product.advisory)
    writer.append("-")
    writer.append(vulnerability.cve.year)
    writer.append("-")
    writer.append(vulnerability.qid % 1_000, digits: 4)
  }

  private mutating func writeDates(to writer: inout AnswerWriter) {
    if generator.chance(percent: 4) {
      let customized = modified
      let hasUser = generator.chance(percent: 80)
      writer.group("LAST_CUSTOMIZATION") {
        $0.element("DATETIME", customized)
        if hasUser { $0.element("USER_LOGIN", "examp_ab1") }
      }
    }
    // A few very old entries have none.
    if generator.chance(percent: 98) { writer.element("LAST_SERVICE_MODIFICATION_DATETIME", modified) }
    writer.element("PUBLISHED_DATETIME", published)
    if generator.chance(percent: 60) { writer.element("CODE_MODIFIED_DATETIME", modified) }
  }

  private static let defects: [StaticString] = [
    "Remote Code Execution Vulnerability", "Elevation of Privilege Vulnerability", "Multiple Vulnerabilities",
    "Denial of Service Vulnerability", "Information Disclosure through \"debug\" Pages",
    "Command Injection Vulnerability",
    "Use of Weak <Default> Credentials", "End-of-Life Version Detected",
  ]
  private static let findings: [StaticString] = ["Version Detected", "Settings Enumerated", "Host Name Found"]
}

// MARK: - What it refers to

extension SimulatedEntry {
  private mutating func writeReferences(to writer: inout AnswerWriter) {
    if vulnerability.cve.year < 2017, generator.chance(percent: 50) {
      let number = generator.number(in: 1_000...99_999)
      writer.group("BUGTRAQ_LIST") {
        $0.group("BUGTRAQ") {
          $0.cdata("ID") { $0.append(number) }
          $0.cdata("URL") {
            $0.append("http://bugs.example/bid/")
            $0.append(number)
          }
        }
      }
    }
    writer.element("PATCHABLE", isPatchable ? 1 : 0)
    if isPatchable, generator.chance(percent: 70) {
      writer.element("PATCH_PUBLISHED_DATE", published - generator.below(20) * SimulatedInstant.day)
    }
    if isInformation { return }
    writer.group("SOFTWARE_LIST") {
      for edition in 0..<generator.number(in: 1...3) {
        $0.open("SOFTWARE")
        $0.cdata("PRODUCT") {
          $0.append(product.product)
          if edition > 0 {
            $0.append("_")
            $0.append(edition)
          }
        }
        $0.cdata("VENDOR", product.vendor)
        $0.close("SOFTWARE")
      }
    }
    writer.group("VENDOR_REFERENCE_LIST") {
      $0.group("VENDOR_REFERENCE") {
        $0.cdata("ID", text: writeAdvisory)
        $0.cdata("URL", text: writeAdvisoryAddress)
      }
    }
    writer.group("CVE_LIST") {
      for offset in 0..<generator.pick([1, 1, 1, 1, 2, 3, 12]) {
        $0.open("CVE")
        $0.cdata("ID") { writeCVE(offset, to: &$0) }
        // Real entries miss it at times, against the DTD.
        if generator.chance(percent: 97) {
          $0.cdata("URL") {
            $0.append("http://cve.example/cgi-bin/cvename.cgi?name=")
            writeCVE(offset, to: &$0)
            $0.append("&lang=en")
          }
        }
        $0.close("CVE")
      }
    }
  }

  private func writeAdvisoryAddress(to writer: inout AnswerWriter) {
    writer.append("https://advisories.example/")
    writeAdvisory(to: &writer)
    writer.append("?view=full&format=html")
  }

  private func writeCVE(_ offset: Int, to writer: inout AnswerWriter) {
    writer.append("CVE-")
    writer.append(vulnerability.cve.year)
    writer.append("-")
    writer.append(vulnerability.cve.number + offset)
  }

  private mutating func writeCompliance(to writer: inout AnswerWriter) {
    writer.group("COMPLIANCE_LIST") {
      for type in ["HIPAA", "SOX", "GLBA"].prefix(generator.number(in: 1...3)) as ArraySlice<StaticString> {
        $0.open("COMPLIANCE")
        $0.element("TYPE", type)
        $0.cdata("SECTION") {
          $0.append("164.")
          $0.append(generator.number(in: 300...312))
        }
        $0.cdata("DESCRIPTION", "Access to systems & data is limited to those who need it.<BR>")
        $0.close("COMPLIANCE")
      }
    }
  }
}

// MARK: - What is said about it

extension SimulatedEntry {
  private mutating func writeTexts(to writer: inout AnswerWriter) {
    let length = min(Int(generator.logNormal(logarithm: 1.4, deviation: 0.7)), 60)
    writer.cdata("DIAGNOSIS") {
      $0.append(product.name)
      $0.append(" is used by many.<P>\n\n<P>")
      for _ in 0...length { $0.append(generator.pick(EntryText.diagnosis)) }
      $0.append("QID Detection Logic:<BR>The check reads the version by &quot;show version&quot;. <BR>")
    }
    if generator.chance(percent: 2) { writer.cdata("DIAGNOSIS_COMMENT", "Seen on our own <b>test</b> systems only.") }
    writer.cdata("CONSEQUENCE") { $0.append(generator.pick(EntryText.consequences)) }
    if generator.chance(percent: 2) { writer.cdata("CONSEQUENCE_COMMENT", "Reviewed by the Büro Düsseldorf.") }
    writer.cdata("SOLUTION") {
      $0.append("<P>Customers are advised to refer to <A HREF=\"")
      writeAdvisoryAddress(to: &$0)
      $0.append("\" TARGET=\"_blank\">")
      writeAdvisory(to: &$0)
      $0.append("</A> for more information.\n")
      if isPatchable {
        $0.append("<P>Patch:<BR>\nFollowing are links for downloading patches to fix the vulnerabilities:\n")
      }
      for _ in 0..<generator.below(4) { $0.append(generator.pick(EntryText.solutions)) }
    }
    if generator.chance(percent: 2) { writer.cdata("SOLUTION_COMMENT", "") }
  }
}

// MARK: - Exploits and malware

extension SimulatedEntry {
  private mutating func writeCorrelation(to writer: inout AnswerWriter) {
    writer.open("CORRELATION")
    writer.open("EXPLOITS")
    for source in EntryText.exploitSources.prefix(generator.number(in: 1...EntryText.exploitSources.count)) {
      writeExploits(from: source, to: &writer)
    }
    writer.close("EXPLOITS")
    if generator.chance(percent: 35) { writeMalware(to: &writer) }
    writer.close("CORRELATION")
  }

  private mutating func writeExploits(from source: StaticString, to writer: inout AnswerWriter) {
    writer.open("EXPLT_SRC")
    writer.cdata("SRC_NAME", source)
    // Real entries miss the list at times, against the DTD.
    if generator.chance(percent: 97) {
      writer.open("EXPLT_LIST")
      for number in 0..<generator.number(in: 1...3) {
        writer.open("EXPLT")
        if generator.chance(percent: 97) { writer.cdata("REF") { writeCVE(number, to: &$0) } }
        writer.cdata("DESC") {
          $0.append(product.name)
          $0.append(" - Proof of Concept #")
          $0.append(number + 1)
        }
        if generator.chance(percent: 80) {
          writer.cdata("LINK") {
            $0.append("https://exploits.example/show?id=")
            $0.append(generator.below(60_000))
            $0.append("&raw=1")
          }
        }
        writer.close("EXPLT")
      }
      writer.close("EXPLT_LIST")
    }
    writer.close("EXPLT_SRC")
  }

  private mutating func writeMalware(to writer: inout AnswerWriter) {
    writer.open("MALWARE")
    writer.open("MW_SRC")
    writer.cdata("SRC_NAME", "Simulated Threat Encyclopedia")
    writer.open("MW_LIST")
    for _ in 0..<generator.number(in: 1...4) {
      writer.open("MW_INFO")
      writer.cdata("MW_ID") {
        $0.append("TROJ_")
        $0.append(hexadecimal: generator.next(), digits: 6)
      }
      if generator.chance(percent: 90) { writer.cdata("MW_TYPE", "Trojan") }
      if generator.chance(percent: 90) { writer.cdata("MW_PLATFORM", "Windows,Linux") }
      if generator.chance(percent: 30) { writer.cdata("MW_ALIAS", "Trojan:Win64/Example & others") }
      if generator.chance(percent: 70) { writer.cdata("MW_RATING", generator.pick(EntryText.ratings)) }
      if generator.chance(percent: 70) { writer.cdata("MW_LINK", "https://malware.example/?a=1&b=2") }
      writer.close("MW_INFO")
    }
    writer.close("MW_LIST")
    writer.close("MW_SRC")
    writer.close("MALWARE")
  }
}

// MARK: - Scores

extension SimulatedEntry {
  private mutating func writeScores(to writer: inout AnswerWriter) {
    let (base, temporal) = (max(vulnerability.score, 10), max(vulnerability.score - 12, 5))
    writer.group("CVSS") {
      // Qualys says so where no other source has given one.
      if generator.chance(percent: 40) {
        $0.element("BASE", attribute: "source", "service") { $0.append(tenths: base) }
      } else {
        $0.element("BASE") { $0.append(tenths: base) }
      }
      $0.element("TEMPORAL") { $0.append(tenths: temporal) }
      $0.element("VECTOR_STRING", "CVSS:2.0/AV:N/AC:M/Au:N/C:P/I:P/A:P/E:POC/RL:OF/RC:C")
      $0.group("ACCESS") {
        $0.element("VECTOR", 3)
        $0.element("COMPLEXITY", 2)
      }
      writeImpact(to: &$0)
      $0.element("AUTHENTICATION", 1)
      $0.element("EXPLOITABILITY", 2)
      $0.element("REMEDIATION_LEVEL", 1)
      $0.element("REPORT_CONFIDENCE", 3)
    }
    guard vulnerability.cve.year >= 2016 else { return }
    writer.group("CVSS_V3") {
      $0.element("BASE") { $0.append(tenths: base) }
      $0.element("TEMPORAL") { $0.append(tenths: temporal) }
      $0.element("VECTOR_STRING", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P/RL:O/RC:C")
      $0.element("CVSS3_VERSION", "3.1")
      $0.group("ATTACK") {
        $0.element("VECTOR", 1)
        $0.element("COMPLEXITY", 1)
      }
      writeImpact(to: &$0)
      $0.element("PRIVILEGES_REQUIRED", 1)
      $0.element("USER_INTERACTION", 1)
      $0.element("SCOPE", 1)
      $0.element("EXPLOIT_CODE_MATURITY", 2)
      $0.element("REMEDIATION_LEVEL", 2)
      $0.element("REPORT_CONFIDENCE", 3)
    }
  }

  private mutating func writeImpact(to writer: inout AnswerWriter) {
    writer.group("IMPACT") {
      $0.element("CONFIDENTIALITY", generator.number(in: 1...3))
      $0.element("INTEGRITY", generator.number(in: 1...3))
      $0.element("AVAILABILITY", generator.number(in: 1...3))
    }
  }

  private mutating func writePayment(to writer: inout AnswerWriter) {
    let fails = !isInformation && vulnerability.severity >= 3
    writer.element("PCI_FLAG", fails ? 1 : 0)
    if generator.chance(percent: 20) { writer.element("AUTOMATIC_PCI_FAIL", 0) }
    guard fails, generator.chance(percent: 60) else { return }
    writer.group("PCI_REASONS") {
      for reason in EntryText.paymentReasons.prefix(generator.number(in: 1...2)) { $0.cdata("PCI_REASON", reason) }
    }
  }

  private mutating func writeThreats(to writer: inout AnswerWriter) {
    let threats = ThreatIntelligence.all.filter { threat in
      threat.isExploit ? hasExploit : generator.chance(percent: 25)
    }
    if threats.isEmpty { return }
    writer.group("THREAT_INTELLIGENCE") {
      for threat in threats { threat.write(to: &$0) }
    }
  }
}

// MARK: - How it is found

extension SimulatedEntry {
  private mutating func writeDiscovery(to writer: inout AnswerWriter) {
    if generator.chance(percent: 70) { writer.element("SUPPORTED_MODULES", generator.pick(EntryText.modules)) }
    writer.group("DISCOVERY") {
      $0.element("REMOTE", vulnerability.service == nil ? 0 : 1)
      if !product.authentication.isEmpty {
        $0.open("AUTH_TYPE_LIST")
        for type in product.authentication { $0.element("AUTH_TYPE", type) }
        $0.close("AUTH_TYPE_LIST")
      }
      switch (isPatchable, hasExploit) {
      case (true, true): $0.element("ADDITIONAL_INFO", "Patch Available, Exploit Available")
      case (true, false): $0.element("ADDITIONAL_INFO", "Patch Available")
      case (false, true): $0.element("ADDITIONAL_INFO", "Exploit Available")
      case (false, false): break
      }
    }
  }

  private mutating func writeChanges(to writer: inout AnswerWriter) {
    writer.group("CHANGE_LOG_LIST") {
      for change in 0..<generator.number(in: 1...3) {
        $0.open("CHANGE_LOG_INFO")
        $0.element("CHANGE_DATE", modified - change * 30 * SimulatedInstant.day)
        $0.cdata("COMMENTS", generator.pick(EntryText.changes))
        $0.close("CHANGE_LOG_INFO")
      }
    }
  }
}

extension AnswerWriter {
  /// Appends a number with one digit behind its point.
  fileprivate mutating func append(tenths number: Int) {
    append(number / 10)
    append(".")
    append(number % 10)
  }
}
