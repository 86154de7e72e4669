internal import Qualys

/// When rounds of a service begin.
extension Plan {
  /// The stream behind whose rounds another has its own: as the file says; for the KnowledgeBase of what is detected that of
  /// the detections.
  package func predecessor(of stream: PlannedStream) -> PlannedStream? {
    if let name = stream.predecessor { return streams.first { $0.name == name } }
    return stream.followsDetections ? streams.first { $0.api == .detections } : nil
  }

  /// How often rounds of a stream begin: as the file says, else as Sumo Logic's source polls (`sumo`, the source), and each
  /// minute for health events; nil where they follow another's.
  package func interval(of stream: PlannedStream) -> Duration? {
    if let interval = stream.interval { return interval }
    if predecessor(of: stream) != nil { return nil }
    if stream.givesHealthEvents { return .seconds(60) }
    return stream.api == .assets || stream.api == .knowledgeBase ? .seconds(86_400) : .seconds(3_600)
  }

  /// How often a stream has a round, of itself or behind another's.
  package func usualInterval(of stream: PlannedStream) -> Duration {
    // The checker has refused circles.
    interval(of: stream) ?? predecessor(of: stream).map(usualInterval) ?? .seconds(3_600)
  }
}
