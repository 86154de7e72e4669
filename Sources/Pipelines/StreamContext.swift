package import Qualys
package import State

/// What a run lends to the parts of one stream.
package struct StreamContext: Sendable {
  /// The pipeline's name.
  package var pipeline: String
  /// The stream's name.
  package var stream: String
  /// The output's name or number, for the parts of one.
  package var output = "1"
  /// How many cores the run may use.
  package var cores: Int
  /// Where stages remember, and sources keep how far they have come; nil for a stream that needs neither.
  package var state: (any StateStore)?
  /// How Qualys is reached; nil for a stream that does not call it.
  package var transport: (any Transport)?
  /// The time, seconds since 1970: the clock's, or in a replay the capture's.
  package var now: @Sendable () -> Int

  /// Describes a stream's run to its parts.
  package init(
    pipeline: String,
    stream: String,
    cores: Int = 1,
    state: (any StateStore)? = nil,
    transport: (any Transport)? = nil,
    now: @escaping @Sendable () -> Int = { 0 }
  ) {
    self.pipeline = pipeline
    self.stream = stream
    self.cores = cores
    self.state = state
    self.transport = transport
    self.now = now
  }
}
