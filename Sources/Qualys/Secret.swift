/// A text that nobody is to read: printed, interpolated, dumped or mirrored it is `***`.
package struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  private let text: String

  package init(_ text: String) { self.text = text }

  /// The text itself, for where it is sent.
  package func reveal() -> String { text }

  package var description: String { "***" }
  package var debugDescription: String { "***" }
  package var customMirror: Mirror { Mirror(self, children: [] as [Mirror.Child]) }
}
