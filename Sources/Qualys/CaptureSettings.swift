/// When a live run keeps what it asked and was answered, where, and for how long.
package struct CaptureSettings: Sendable, Equatable {
  /// What is kept.
  package enum Occasion: String, Sendable, CaseIterable {
    /// The exchanges of a round in which something failed: those that failed, and the one before each.
    case error
    /// Every exchange.
    case always
  }

  package var on: Occasion
  /// How long a capture is kept, in seconds.
  package var keep: Int
  /// How many bytes of captures are kept; nil for any number.
  package var maximum: Int?
  /// The folder in which each pipeline has a folder of captures; nil for one in the state's.
  package var folder: String?

  package init(on: Occasion = .error, keep: Int = 86_400, maximum: Int? = nil, folder: String? = nil) {
    self.on = on
    self.keep = keep
    self.maximum = maximum
    self.folder = folder
  }
}
