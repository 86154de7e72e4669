/// Why a tap cannot be opened, and what to do.
package struct TapRefusal: Error, Sendable, Equatable, CustomStringConvertible {
  package enum Reason: Sendable, Equatable {
    /// There is no such pipeline or stream.
    case nothingThere
    /// No such stage, or a filter that does not fit.
    case wrong
    /// As many as there may be are open.
    case full
  }

  package let reason: Reason
  package let description: String

  package init(_ reason: Reason, _ description: String) {
    self.reason = reason
    self.description = description
  }
}
