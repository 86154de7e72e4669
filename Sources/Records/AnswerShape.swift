/// The elements by which an answer's records are told from what surrounds them.
package struct AnswerShape: Sendable {
  /// The root element.
  package let root: String
  /// The list under RESPONSE, and its members: each complete member is a mark.
  package let list: Name
  package let item: Name
  /// The member's own number: where they ascend, an answer that broke off can be resumed after the last.
  package let id: Name
  /// The list within a member that can be so long that the member travels in parts, if it has one.
  package let innerList: Name?
  package let innerItem: Name?
  /// What must fit into memory, in words.
  package let largest: String
  /// Whether the notice of an evaluation subscription can stand in the middle of anything.
  package let hasStrayNotices: Bool
  /// Whether the ids of all members are reported, so that it is known which of those asked for did not come.
  package let reportsIDs: Bool

  /// The detections answer.
  package static let detections = AnswerShape(
    root: "HOST_LIST_VM_DETECTION_OUTPUT",
    list: Name("HOST_LIST"),
    item: WellKnownName.host,
    id: WellKnownName.id,
    innerList: WellKnownName.detectionList,
    innerItem: WellKnownName.detection,
    largest: "a host's fields or one detection",
    hasStrayNotices: false,
    reportsIDs: false
  )

  /// The KnowledgeBase answer.
  package static let knowledgeBase = AnswerShape(
    root: "KNOWLEDGE_BASE_VULN_LIST_OUTPUT",
    list: Name("VULN_LIST"),
    item: Name("VULN"),
    id: WellKnownName.qid,
    innerList: nil,
    innerItem: nil,
    largest: "the fields of one KnowledgeBase entry",
    hasStrayNotices: true,
    reportsIDs: true
  )
}
