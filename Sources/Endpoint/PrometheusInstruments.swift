internal import CoreMetrics
internal import Synchronization

/// Something that counts or measures, and writes its samples.
protocol PrometheusInstrument: AnyObject, Sendable {
  /// The word for it after `# TYPE`.
  var type: String { get }

  func write(name: String, labels: String, into text: inout String)
}

/// A number that only grows.
final class PrometheusCounter: PrometheusInstrument, CounterHandler, FloatingPointCounterHandler {
  let type = "counter"
  private let value = Mutex(0.0)

  func increment(by amount: Int64) { increment(by: Double(amount)) }

  /// Adds an amount; what is negative or no number adds nothing.
  func increment(by amount: Double) {
    guard amount > 0, amount.isFinite else { return }
    value.withLock { $0 += amount }
  }

  func reset() { value.withLock { $0 = 0 } }

  func write(name: String, labels: String, into text: inout String) {
    PrometheusText.write(name, labels, value.withLock(\.self), into: &text)
  }
}

/// A number that rises and falls.
final class PrometheusGauge: PrometheusInstrument, MeterHandler, RecorderHandler {
  let type = "gauge"
  private let value = Mutex(0.0)

  func set(_ value: Int64) { set(Double(value)) }
  func set(_ value: Double) { self.value.withLock { $0 = value } }
  func record(_ value: Int64) { set(Double(value)) }
  func record(_ value: Double) { set(value) }
  func increment(by amount: Double) { value.withLock { $0 += amount } }
  func decrement(by amount: Double) { increment(by: -amount) }

  func write(name: String, labels: String, into text: inout String) {
    PrometheusText.write(name, labels, value.withLock(\.self), into: &text)
  }
}

/// How often what was recorded is within each bound; timers record seconds.
final class PrometheusHistogram: PrometheusInstrument, TimerHandler, RecorderHandler {
  /// From a quick call to a round of half a day.
  static let bounds: [Double] = [0.01, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 10_800, 21_600, 43_200]

  private struct Record {
    /// By bound, the last for what is above all of them.
    var counts = [Int](repeating: 0, count: bounds.count + 1)
    var sum = 0.0
  }

  let type = "histogram"
  private let record = Mutex(Record())

  func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
  func record(_ value: Int64) { record(Double(value)) }

  /// Counts a value; what is no number is left out.
  func record(_ value: Double) {
    guard !value.isNaN else { return }
    record.withLock { record in
      record.counts[Self.bounds.firstIndex { value <= $0 } ?? Self.bounds.count] += 1
      record.sum += value
    }
  }

  func write(name: String, labels: String, into text: inout String) {
    let record = record.withLock(\.self)
    var count = 0
    for (index, bound) in (Self.bounds + [.infinity]).enumerated() {
      count += record.counts[index]
      let bucket = (labels.isEmpty ? "" : "\(labels),") + "le=\"\(PrometheusText.number(bound))\""
      PrometheusText.write("\(name)_bucket", bucket, Double(count), into: &text)
    }
    PrometheusText.write("\(name)_sum", labels, record.sum, into: &text)
    PrometheusText.write("\(name)_count", labels, Double(count), into: &text)
  }
}
