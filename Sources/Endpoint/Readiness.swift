internal import Service

/// Whether all streams do what they are there for: the answer of `/health/ready`.
struct Readiness: Codable, Equatable {
  let ready: Bool
  /// The streams that do not.
  let streams: [Stream]

  /// A stream that is not ready; what is wrong stands in `/status`, which not everyone can read.
  struct Stream: Codable, Equatable {
    let pipeline: String
    let stream: String
    let state: StreamState
  }

  init(_ status: ServiceStatus) {
    streams = status.pipelines.flatMap { pipeline in
      pipeline.streams.filter { !Self.isReady($0) }.map {
        Stream(pipeline: pipeline.name, stream: $0.name, state: $0.state)
      }
    }
    ready = streams.isEmpty
  }

  /// Collecting, or waiting for the next round: by the clock, or behind the stream that it follows.
  private static func isReady(_ stream: ServiceStatus.Stream) -> Bool {
    switch stream.state {
    case .collecting: true
    case .error, .stopping: false
    case .pending, .started, .initialized, .authenticated:
      stream.round == nil && (stream.next != nil || stream.follows != nil)
    }
  }
}
