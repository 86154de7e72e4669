/// The elements by which an answer's records are told from what surrounds them.
package struct AnswerShape: Sendable {
  /// The root element.
  package let root: String
  /// The list under RESPONSE, and its members: each complete member is a mark.
  package let list: Name
  package let item: Name
  /// The list within a member that can be so long that the member travels in parts.
  package let innerList: Name
  package let innerItem: Name

  /// The detections answer.
  package static let detections = AnswerShape(
    root: "HOST_LIST_VM_DETECTION_OUTPUT",
    list: Name("HOST_LIST"),
    item: WellKnownName.host,
    innerList: WellKnownName.detectionList,
    innerItem: WellKnownName.detection
  )
}
