/// A mark of what a vulnerability can lead to, with the number that Qualys gives it.
struct ThreatIntelligence: Sendable {
  var id: StaticString
  var name: StaticString
  /// Whether it says that there is an exploit.
  var isExploit = false

  static let all = [
    ThreatIntelligence(id: "2", name: "Exploit_Public", isExploit: true),
    ThreatIntelligence(id: "4", name: "High_Lateral_Movement"),
    ThreatIntelligence(id: "5", name: "Easy_Exploit", isExploit: true),
    ThreatIntelligence(id: "6", name: "High_Data_Loss"),
    ThreatIntelligence(id: "7", name: "Denial_of_Service"),
    ThreatIntelligence(id: "8", name: "No_Patch"),
    ThreatIntelligence(id: "13", name: "Privilege_Escalation"),
    ThreatIntelligence(id: "15", name: "Remote_Code_Execution"),
  ]

  func write(to writer: inout AnswerWriter) {
    writer.element("THREAT_INTEL", attribute: "id", id) {
      $0.append("<![CDATA[")
      $0.append(name)
      $0.append("]]>")
    }
  }
}
