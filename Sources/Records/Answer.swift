package import Streaming

/// The bytes of an answer as they arrive.
package struct AnswerBytes: Sendable {
  /// Some of them; any number may come at a time.
  package var bytes: [UInt8]
  package init(_ bytes: [UInt8]) { self.bytes = bytes }
}

/// Bytes of one kind of answer.
package protocol AnswerRecord: Record {
  init(_ content: AnswerBytes)
  var content: AnswerBytes { get }
}

/// Bytes of an answer of the detections API (`/api/N.0/fo/asset/host/vm/detection/`).
package struct DetectionsAnswer: AnswerRecord {
  package static let portName = "a detections answer"
  package let content: AnswerBytes
  package init(_ content: AnswerBytes) { self.content = content }
}

/// Bytes of an answer of the KnowledgeBase API (`/api/N.0/fo/knowledge_base/vuln/`).
package struct KnowledgeBaseAnswer: AnswerRecord {
  package static let portName = "a KnowledgeBase answer"
  package let content: AnswerBytes
  package init(_ content: AnswerBytes) { self.content = content }
}

/// Bytes of an answer of the asset inventory (`/rest/2.0/search/am/asset`).
package struct AssetsAnswer: AnswerRecord {
  package static let portName = "an assets answer"
  package let content: AnswerBytes
  package init(_ content: AnswerBytes) { self.content = content }
}
