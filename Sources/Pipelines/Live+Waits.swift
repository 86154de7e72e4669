internal import Sinks
internal import Streaming

extension Live {
  /// How many seconds to wait before the next try: full jitter, up to five minutes, unless the server asks for more.
  func wait(afterFailures count: Int, of error: any Error) -> Int {
    let jitter = Int(pace.random() * Double(min(300, 1 << min(count, 9))))
    let asked = (error as? HTTPSink.Failure)?.retryAfter.map { Int($0.components.seconds) + 1 }
    return max(jitter, asked ?? 0)
  }
}
