/// A record that stands in an answer as a member of its list: a host, a KnowledgeBase entry.
package protocol AnswerItem: LogRecord {
  /// The bytes that it is read from.
  associatedtype Answer: AnswerRecord
  /// Where it stands in them.
  static var shape: AnswerShape { get }
  /// Takes what the reader found.
  init(_ item: AnswerReader.Item)
}

extension Host: AnswerItem {
  package typealias Answer = DetectionsAnswer
  package static var shape: AnswerShape { .detections }
  package init(_ item: AnswerReader.Item) { self.init(item.fields, detectionCount: item.innerCount) }
}

extension KnowledgeBaseEntry: AnswerItem {
  package typealias Answer = KnowledgeBaseAnswer
  package static var shape: AnswerShape { .knowledgeBase }
  package init(_ item: AnswerReader.Item) { self.init(item.fields) }
}
