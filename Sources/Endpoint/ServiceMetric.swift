package import Service

/// A metric of the service: what it is called, and how it is read from a status.
package struct ServiceMetric: Sendable {
  package enum Kind: Sendable {
    /// Grows for as long as the service runs.
    case counter
    case gauge
    /// Told as it happens, by ``StreamTimers``.
    case histogram
  }

  /// A number, with the labels' values in the order of their names.
  package struct Sample: Equatable {
    var labels: [String]
    var value: Int
  }

  package let name: String
  package let kind: Kind
  package let unit: String
  package let meaning: String
  package let labels: [String]
  /// Its numbers at one moment; none where nothing is known yet.
  package let read: @Sendable (ServiceStatus) -> [Sample]

  /// Its text after `# HELP`.
  package var help: String { "\(meaning) Unit: \(unit)." }

  /// A number of the service as a whole.
  static func service(
    _ name: String,
    _ kind: Kind,
    unit: String,
    _ meaning: String,
    read: @escaping @Sendable (ServiceStatus) -> Int
  ) -> Self {
    Self(name: name, kind: kind, unit: unit, meaning: meaning, labels: []) {
      [Sample(labels: [], value: read($0))]
    }
  }

  /// A number of each stream.
  static func stream(
    _ name: String,
    _ kind: Kind,
    unit: String,
    _ meaning: String,
    read: @escaping @Sendable (ServiceStatus.Stream) -> Int?
  ) -> Self {
    Self(name: name, kind: kind, unit: unit, meaning: meaning, labels: ["pipeline", "stream"]) { status in
      status.pipelines.flatMap { pipeline in
        pipeline.streams.compactMap { stream in
          read(stream).map { Sample(labels: [pipeline.name, stream.name], value: $0) }
        }
      }
    }
  }

  /// Several numbers of each stream, told apart by one label more.
  static func stream(
    _ name: String,
    _ kind: Kind,
    unit: String,
    by label: String,
    _ meaning: String,
    read: @escaping @Sendable (ServiceStatus.Stream) -> [(String, Int)]
  ) -> Self {
    Self(name: name, kind: kind, unit: unit, meaning: meaning, labels: ["pipeline", "stream", label]) { status in
      status.pipelines.flatMap { pipeline in
        pipeline.streams.flatMap { stream in
          read(stream).map { Sample(labels: [pipeline.name, stream.name, $0], value: $1) }
        }
      }
    }
  }

  /// Durations of each stream, that no status has.
  static func durations(_ name: String, _ meaning: String) -> Self {
    Self(name: name, kind: .histogram, unit: "seconds", meaning: meaning, labels: ["pipeline", "stream"]) { _ in [] }
  }

  /// A number of each API that was asked.
  static func rate(
    _ name: String,
    _ kind: Kind,
    unit: String,
    _ meaning: String,
    read: @escaping @Sendable (ServiceStatus.Rate) -> Int
  ) -> Self {
    Self(name: name, kind: kind, unit: unit, meaning: meaning, labels: ["pipeline", "api"]) { status in
      status.pipelines.flatMap { pipeline in
        pipeline.rates.map { Sample(labels: [pipeline.name, $0.api], value: read($0)) }
      }
    }
  }
}
