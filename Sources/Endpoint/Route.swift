internal import Foundation
internal import Hummingbird

/// What the endpoint can be asked for.
enum Route: Equatable {
  case live
  case ready
  case status
  case events
  case metrics
  case page
  case script
  case style
  case restart(pipeline: String, stream: String)
  case tap(pipeline: String, stream: String)

  /// Reads a path; nil when there is nothing.
  init?(path: String) {
    switch path {
    case "/health/live": self = .live
    case "/health/ready": self = .ready
    case "/status": self = .status
    case "/events": self = .events
    case "/metrics": self = .metrics
    case "/": self = .page
    case "/page.js": self = .script
    case "/page.css": self = .style
    default:
      let pieces = path.split(separator: "/", omittingEmptySubsequences: false).map(\.removingPercentEncoding)
      guard pieces.count >= 4, pieces[0] == "", let pipeline = pieces[2], let stream = pieces[3] else { return nil }
      switch (pieces[1], pieces[4...]) {
      case ("streams", ["restart"]): self = .restart(pipeline: pipeline, stream: stream)
      case ("tap", []): self = .tap(pipeline: pipeline, stream: stream)
      default: return nil
      }
    }
  }

  /// The methods it answers to.
  var methods: [HTTPRequest.Method] { changesSomething ? [.post] : showsRecords ? [.get] : [.get, .head] }

  /// Whether the service is another one afterwards.
  var changesSomething: Bool {
    if case .restart = self { true } else { false }
  }

  /// Whether the answer holds records themselves.
  var showsRecords: Bool {
    if case .tap = self { true } else { false }
  }

  /// Whether anyone may ask: what starts and stops services has no token.
  var isForEveryone: Bool { self == .live || self == .ready }
}
