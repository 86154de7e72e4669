package import Qualys

/// How the streams of a live run reach Qualys: one throttle and few connections for all, ranges read ahead for each.
package struct LiveConnection: Sendable {
  private let wire: CallCount
  private let throttle: Throttle?
  private let shutDown: @Sendable () async -> Void

  /// Wraps what gives answers as they are on the wire.
  ///
  /// - Parameters:
  ///   - throttle: What lets calls begin; nil to make none ahead, so that they come in the order of a capture.
  ///   - shutDown: Closes all connections.
  package init(
    _ wire: any Transport,
    readingAheadUnder throttle: Throttle? = nil,
    shutDown: @escaping @Sendable () async -> Void = {}
  ) {
    self.wire = CallCount(wire)
    self.throttle = throttle
    self.shutDown = shutDown
  }

  /// What one stream asks through, and what makes calls ahead for it.
  ///
  /// - Parameters:
  ///   - captures: What keeps answers as they come over the wire, in the order in which they are wanted.
  ///   - wrap: Puts something before every call of the stream, those ahead among them.
  func stream(
    keeping captures: CaptureKeeper?,
    _ wrap: (any Transport) -> any Transport = { $0 }
  ) -> (transport: any Transport, readAhead: ReadAheadTransport?) {
    let wire = wrap(wire)
    let readAhead = throttle.map { ReadAheadTransport(wire, $0) }
    let answers: any Transport = readAhead ?? wire
    return (InflatingTransport(captures?.capturing(answers) ?? answers), readAhead)
  }

  /// The calls so far, by API.
  var calls: [(api: API, count: Int)] { wire.calls }

  /// Closes all connections.
  func close() async { await shutDown() }
}
