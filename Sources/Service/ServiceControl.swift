package import Health
package import Pipelines

/// What the endpoint may ask of a running service; answers at once, whatever the streams do.
package protocol ServiceControl: Sendable {
  /// How it stands.
  func status() -> ServiceStatus

  /// The newest events, the oldest of them first; of one pipeline or one stream if wished.
  func events(pipeline: String?, stream: String?, limit: Int) -> [ServiceEvent]

  /// Lets a stream that waits, or has stopped, try again at once; a round that runs goes on.
  ///
  /// - Returns: False when there is no such stream.
  func restart(pipeline: String, stream: String) -> Bool

  /// Samples of what passes a running stream, until the service ends or the stream is not what it was.
  ///
  /// - Parameters:
  ///   - after: The stage behind which to look; nil for what the sinks get.
  ///   - filter: Which records to show, in the words of the stage `filter`; nil for all.
  func tap(pipeline: String, stream: String, after: String?, where filter: String?) throws(TapRefusal) -> Taps.Reader
}
