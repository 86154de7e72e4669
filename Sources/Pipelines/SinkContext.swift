/// What a sink is told of the run that it is made for.
package struct SinkContext: Sendable {
  /// The pipeline's name.
  package var pipeline: String
  /// The stream's name.
  package var stream: String

  /// How many cores the run may use.
  package var cores: Int

  /// Describes a run to a sink.
  package init(pipeline: String, stream: String, cores: Int = 1) {
    self.pipeline = pipeline
    self.stream = stream
    self.cores = cores
  }
}
