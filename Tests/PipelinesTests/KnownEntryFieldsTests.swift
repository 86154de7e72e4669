import Pipelines
import Testing

/// Fields of KnowledgeBase entries as a pipeline file names them.
@Suite struct KnownEntryFieldsTests {
  private func messages(_ stage: String, before: String = "decode-knowledge-base") -> [String] {
    let text = "source: { files: \"-\" }\nstages: [\(before), \(stage), encode-json]\nsinks: [stdout]"
    let request = PlanRequest(text: text, file: "p.yaml", registry: .standard)
    return Plan.check(request).diagnostics.map { "\($0.severity): \($0.message)" }
  }

  @Test(arguments: [
    "QID", "TITLE", "LAST_CUSTOMIZATION.DATETIME", "CVE_LIST.CVE.ID", "CVSS.BASE.@source", "CVSS.ACCESS.VECTOR",
    "CVSS_V3.IMPACT.INTEGRITY", "CORRELATION.EXPLOITS.EXPLT_SRC.EXPLT_LIST.EXPLT.REF",
    "CORRELATION.MALWARE.MW_SRC.MW_LIST.MW_INFO.MW_ID", "THREAT_INTELLIGENCE.THREAT_INTEL.@id",
    "PCI_REASONS.PCI_REASON",
    "DISCOVERY.AUTH_TYPE_LIST.AUTH_TYPE", "CHANGE_LOG_LIST.CHANGE_LOG_INFO.COMMENTS", "REPAIRED_CHARACTERS",
  ])
  func known(path: String) {
    #expect(messages("{ filter: { field: \(path), exists: true } }").isEmpty)
  }

  @Test(arguments: [
    ("TITEL", "warning: no field 'TITEL' that we know; did you mean 'TITLE'?"),
    ("CveList.Id", "error: no field 'CveList.Id'; that is how it is written out. Here it is 'CVE_LIST.CVE.ID'"),
    (
      "Cvss.BaseSource",
      "error: no field 'Cvss.BaseSource'; that is how it is written out. Here it is 'CVSS.BASE.@source'"
    ),
    ("DETECTION.SEVERITY", "warning: 'DETECTION.SEVERITY' is not a field that we know; it is used as it is"),
  ])
  func unknown(path: String, message: String) {
    #expect(messages("{ filter: { field: \(path), exists: true } }") == [message])
  }
}
