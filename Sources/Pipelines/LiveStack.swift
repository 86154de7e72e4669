internal import Foundation
package import Qualys
package import Streaming

/// How a live run reaches Qualys: transports, one around the other.
package enum LiveStack {
  /// Makes what a plan asks for, outermost first: throttle, what the run puts between, network.
  ///
  /// - Throws: `Misconfiguration`: what a person must mend before anything is asked.
  package static let connection: Live.Connect = connecting(within: TransferLimits(), of: .eventLoop)

  /// The same for pipelines of one process: those of one subscription share its limits, and the first of them says how much
  /// is left to others.
  package static func connection(sharing throttles: SharedThrottles) -> Live.Connect {
    { plan, live, wrap in try connect(plan, live, wrap, TransferLimits(), .eventLoop, throttles) }
  }

  /// The same with other limits, which are kept by a clock of the network's own if it has one: tests wait for bytes in
  /// earnest, and for nothing else.
  package static func connecting(within limits: TransferLimits, of clock: Pace? = nil) -> Live.Connect {
    { plan, live, wrap in try connect(plan, live, wrap, limits, clock ?? live.pace) }
  }

  private static func connect(
    _ plan: Plan,
    _ live: Live,
    _ wrap: @Sendable (any Transport) -> any Transport,
    _ limits: TransferLimits,
    _ pace: Pace,
    _ throttles: SharedThrottles = SharedThrottles()
  ) throws -> LiveConnection {
    let network = try network(plan, limits: limits, pace: pace)
    let throttle = throttles.throttle(of: plan) {
      Throttle(
        leave: Double(plan.qualys?.leave ?? 0) / 100,
        most: plan.qualys?.connections ?? .max,
        pace: live.pace
      ) { _, until, reason in
        live.onWait(Live.Waiting(until: until, reason: reason))
      }
    }
    return LiveConnection(
      ThrottledTransport(wrap(network), throttle),
      readingAheadUnder: live.readsAhead ? throttle : nil
    ) {
      await network.shutDown()
    }
  }

  /// Makes what reaches Qualys over the network, as a plan says.
  ///
  /// - Throws: `Misconfiguration`: what a person must mend before anything is asked.
  package static func network(
    _ plan: Plan,
    limits: TransferLimits = TransferLimits(),
    pace: Pace = .system
  ) throws(Misconfiguration) -> LiveTransport {
    guard let qualys = plan.qualys, let username = qualys.username, let password = qualys.password else {
      throw Misconfiguration(
        "'\(plan.name)' does not say how Qualys is reached; add 'qualys:' with a name and password"
      )
    }
    return try LiveTransport(
      platform(qualys),
      credentials: Credentials(username: Secret(username), password: Secret(password)),
      tls: TLSFiles(
        authorities: qualys.caFile,
        clientCertificate: qualys.clientCertificate,
        clientKey: qualys.clientKey
      ),
      environment: ProcessInfo.processInfo.environment,
      limits: limits,
      pace: pace
    )
  }

  private static func platform(_ qualys: QualysSettings) throws(Misconfiguration) -> Platform {
    if let name = qualys.platform { return try Platform(named: name) }
    guard let server = qualys.server else { throw Misconfiguration("'qualys' needs 'platform' or 'server'") }
    return try Platform(server: server, gateway: qualys.gateway)
  }
}
