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
}
