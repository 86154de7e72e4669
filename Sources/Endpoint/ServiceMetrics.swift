package import CoreMetrics
package import Service
internal import Synchronization

/// Tells instruments of swift-metrics what a status says.
///
/// Counters grow by what a status has more than the last one. A stream that began anew counts from nothing: all that it
/// has is added. The instruments of a stream that is no more go with it. Held: two numbers for each number told.
package final class ServiceMetrics: Sendable {
  private struct Key: Hashable {
    var name: String
    var labels: [String]
  }

  private enum Instrument {
    case counter(Counter, told: Int)
    case gauge(Meter)
  }

  private let factory: any MetricsFactory
  private let instruments = Mutex<[Key: Instrument]>([:])

  package init(factory: any MetricsFactory) { self.factory = factory }

  /// Looks at the service, then calls `body`; two do so one after the other, as an old status must not follow a new one.
  package func update<Value>(from status: () -> ServiceStatus, then body: () -> Value) -> Value {
    instruments.withLock { instruments in
      update(&instruments, status())
      return body()
    }
  }

  private func update(_ instruments: inout [Key: Instrument], _ status: ServiceStatus) {
    var gone = instruments
    for metric in ServiceMetric.all {
      for sample in metric.read(status) {
        let key = Key(name: metric.name, labels: sample.labels)
        gone[key] = nil
        switch instruments[key] ?? make(metric, sample.labels) {
        case .counter(let counter, let told):
          counter.increment(by: sample.value < told ? sample.value : sample.value - told)
          instruments[key] = .counter(counter, told: sample.value)
        case .gauge(let gauge):
          gauge.set(sample.value)
          instruments[key] = .gauge(gauge)
        }
      }
    }
    for (key, instrument) in gone {
      instruments[key] = nil
      switch instrument {
      case .counter(let counter, _): counter.destroy()
      case .gauge(let gauge): gauge.destroy()
      }
    }
  }

  private func make(_ metric: ServiceMetric, _ labels: [String]) -> Instrument {
    let dimensions = Array(zip(metric.labels, labels))
    return switch metric.kind {
    case .counter:
      .counter(Counter(label: metric.name, dimensions: dimensions, factory: factory), told: 0)
    // Of a histogram a status has nothing.
    case .gauge, .histogram: .gauge(Meter(label: metric.name, dimensions: dimensions, factory: factory))
    }
  }
}
