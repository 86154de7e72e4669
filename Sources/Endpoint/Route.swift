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
      guard pieces.count == 5, pieces[0] == "", pieces[1] == "streams", pieces[4] == "restart",
        let pipeline = pieces[2], let stream = pieces[3]
      else { return nil }
      self = .restart(pipeline: pipeline, stream: stream)
    }
  }

  /// The methods it answers to.
  var methods: [HTTPRequest.Method] { changesSomething ? [.post] : [.get, .head] }

  /// Whether the service is another one afterwards.
  var changesSomething: Bool {
    if case .restart = self { true } else { false }
  }

  /// Whether anyone may ask: what starts and stops services has no token.
  var isForEveryone: Bool { self == .live || self == .ready }
}
