/// How a live run reaches Qualys: transports, one around the other.
package enum LiveStack {
  /// Makes the stack that a plan asks for, outermost first: throttle, inflating, network.
  ///
  /// - Throws: What a person must mend before anything is asked.
  package static let transport: Live.MakeTransport = { plan, _ in
    throw Diagnostic(.error, "'\(plan.name)' cannot reach Qualys: no network transport is built in", at: nil)
  }
}
