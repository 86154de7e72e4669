package import CoreMetrics
internal import Synchronization

/// The instruments of swift-metrics, written as Prometheus' text format, version 0.0.4.
///
/// The first dimensions of an instrument are kept: who makes one again with the same label and dimensions has the same
/// one. Held until they are destroyed: a number for each counter, meter and recorder, sixteen for each timer. Labels
/// become names that Prometheus allows; two instruments of one name must be of one type.
package final class PrometheusMetrics: MetricsFactory {
  /// What the format is called in HTTP.
  package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  private struct Series {
    /// Labels as they are written, without their braces.
    var labels: String
    var instrument: any PrometheusInstrument
  }

  private let help: [String: String]
  /// By name, in the order of their making.
  private let families = Mutex<[String: [Series]]>([:])

  /// Creates a factory without instruments.
  /// - Parameter help: What a name means, where that is known.
  package init(help: [String: String] = [:]) { self.help = help }

  /// A factory that knows what the metrics of a service mean.
  package static func ofService() -> PrometheusMetrics {
    PrometheusMetrics(help: Dictionary(uniqueKeysWithValues: ServiceMetric.all.map { ($0.name, $0.help) }))
  }

  /// All numbers, in the order of names and labels.
  package func text() -> String {
    let families = families.withLock(\.self)
    var text = ""
    for (name, series) in families.sorted(by: { $0.key < $1.key }) {
      guard let first = series.first else { continue }
      if let help = help[name] { text += "# HELP \(name) \(PrometheusText.escaped(help, quotes: false))\n" }
      text += "# TYPE \(name) \(first.instrument.type)\n"
      for one in series.sorted(by: { $0.labels < $1.labels }) {
        one.instrument.write(name: name, labels: one.labels, into: &text)
      }
    }
    return text
  }

  package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    instrument(label, dimensions) { PrometheusCounter() }
  }

  package func makeFloatingPointCounter(
    label: String,
    dimensions: [(String, String)]
  ) -> any FloatingPointCounterHandler {
    instrument(label, dimensions) { PrometheusCounter() }
  }

  package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    instrument(label, dimensions) { PrometheusGauge() }
  }

  package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
    aggregate
      ? instrument(label, dimensions) { PrometheusHistogram() } as any RecorderHandler
      : instrument(label, dimensions) { PrometheusGauge() }
  }

  package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    instrument(label, dimensions) { PrometheusHistogram() }
  }

  package func destroyCounter(_ handler: any CounterHandler) { destroy(handler) }
  package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { destroy(handler) }
  package func destroyMeter(_ handler: any MeterHandler) { destroy(handler) }
  package func destroyRecorder(_ handler: any RecorderHandler) { destroy(handler) }
  package func destroyTimer(_ handler: any TimerHandler) { destroy(handler) }

  private func instrument<Instrument: PrometheusInstrument>(
    _ label: String,
    _ dimensions: [(String, String)],
    _ make: () -> Instrument
  ) -> Instrument {
    let name = PrometheusText.name(label)
    let labels = PrometheusText.labels(dimensions)
    return families.withLock { families in
      if let known = families[name]?.first(where: { $0.labels == labels })?.instrument as? Instrument { return known }
      let made = make()
      precondition(families[name]?.allSatisfy { $0.instrument.type == made.type } ?? true, "\(name) has two types")
      families[name, default: []].append(Series(labels: labels, instrument: made))
      return made
    }
  }

  private func destroy(_ handler: AnyObject) {
    families.withLock { families in
      for name in families.keys {
        families[name]?.removeAll { $0.instrument === handler }
        if families[name]?.isEmpty == true { families[name] = nil }
      }
    }
  }
}
