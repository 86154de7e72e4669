/// A technique of the MITRE ATT&CK matrix, with its tactic.
struct AttackTechnique: Sendable {
  var tactic: StaticString
  var tacticID: StaticString
  var name: StaticString
  var id: StaticString

  static let all = [
    AttackTechnique(
      tactic: "Initial Access",
      tacticID: "TA0001",
      name: "Exploit Public-Facing Application",
      id: "T1190"
    ),
    AttackTechnique(
      tactic: "Privilege Escalation",
      tacticID: "TA0004",
      name: "Exploitation for Privilege Escalation",
      id: "T1068"
    ),
    AttackTechnique(
      tactic: "Credential Access",
      tacticID: "TA0006",
      name: "Adversary-in-the-Middle",
      id: "T1557"
    ),
    AttackTechnique(
      tactic: "Impact",
      tacticID: "TA0040",
      name: "Endpoint Denial of Service",
      id: "T1499"
    ),
  ]
}
