internal import Records
package import Streaming

/// The kind of record that crosses an edge of a pipeline: two neighbours fit when their ports are equal.
package struct Port: Hashable, Sendable {
  private let record: ObjectIdentifier

  /// The plural that messages use, such as `detections`.
  package let name: String

  /// Whether it is the bytes of answers, which one decoder reads.
  package let isAnswer: Bool

  /// The port of a record type.
  package init<R: Record>(_ record: R.Type) {
    self.record = ObjectIdentifier(record)
    name = R.portName
    isAnswer = R.self is any AnswerRecord.Type
  }

  /// Compares record types, not names.
  package static func == (left: Port, right: Port) -> Bool { left.record == right.record }

  package func hash(into hasher: inout Hasher) { hasher.combine(record) }
}

extension Port {
  /// What every sink takes.
  package static let lines = Port(Line.self)
}
