/// A kind of value that may cross from one stage to the next.
///
/// The kind is the *port* of an edge: two stages fit when one gives the kind that the other takes.
public protocol Record: Sendable {
  /// The plural that pipeline files and error messages use, such as `detections`.
  static var portName: String { get }
}
