public import Streaming

/// A record with fields: a host, a detection.
///
/// Its text lies in memory that all records of a batch share. Reading copies the field that is read; the first change
/// copies the record, some kilobytes, and later ones copy it again: change many fields with ``apply(_:)``.
public protocol LogRecord: Record {
  /// The kind of log that this record becomes: the value of `LogType`.
  static var logType: String { get }

  /// Where the record's fields are; opaque.
  var fields: Fields { get set }

  /// Creates a record of fields.
  init(_ fields: Fields)
}

extension LogRecord {
  /// The text of a field, or nil when the record has none; the first, when the element repeats.
  ///
  /// - Complexity: O(nodes of the record), about 100 ns.
  public func value(at path: FieldPath) -> String? { fields.text(at: path) }

  /// Gives a field a text, everywhere that the path leads to, and makes the field where there is none.
  ///
  /// A new name is written out as it is given here. A path through an element that the record does not have does
  /// nothing.
  public mutating func set(_ path: FieldPath, to text: String) { apply([.set(path, text)]) }

  /// Removes a field and everything in it; all of them, when the element repeats.
  public mutating func remove(_ path: FieldPath) { apply([.remove(path)]) }

  /// Makes several changes at once.
  public mutating func apply(_ changes: [FieldChange]) { fields = fields.applying(changes) }
}

/// A change of a record's fields.
public enum FieldChange: Sendable {
  /// Gives a field a text, everywhere that the path leads to, and makes it where there is none.
  case set(FieldPath, String)
  /// Removes a field and everything in it.
  case remove(FieldPath)
  /// Gives a field another name, written out as it is given here.
  case rename(FieldPath, String)
  /// Removes everything but these fields and what they stand in.
  case keep([FieldPath])
}
