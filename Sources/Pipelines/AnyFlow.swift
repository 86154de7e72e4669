package import Streaming

/// A flow whose record type is known only while the program runs.
package struct AnyFlow: Sendable {
  /// What flows.
  package let port: Port
  private let flow: any ErasedFlow

  /// Forgets the record type of a flow.
  package init<R>(_ flow: Flow<R>) {
    port = Port(R.self)
    self.flow = flow
  }

  /// The flow, as one of records that the plan has proved it to be.
  package func open<R: Record>(as record: R.Type) -> Flow<R> {
    // The one cast of the program. `Plan.check` compared the ports of all neighbours.
    guard let flow = flow as? Flow<R> else {
      preconditionFailure("a flow of \(port.name) was opened as one of \(R.portName)")
    }
    return flow
  }

  /// The flow behind an operator that is the same for all records, such as a buffer.
  package func applying(_ transform: some FlowOperator) -> AnyFlow { flow.applying(transform) }

  /// The flow, for several readers.
  func tee(_ count: Int) -> Tee { flow.tee(count) }
}

/// An operator that is the same for all records, such as a buffer.
package protocol FlowOperator {
  /// The flow behind the operator.
  func apply<R: Record>(to flow: Flow<R>) -> Flow<R>
}

/// A flow, seen without its record type.
private protocol ErasedFlow: Sendable {
  func applying(_ transform: some FlowOperator) -> AnyFlow
  func tee(_ count: Int) -> Tee
}

extension Flow: ErasedFlow {
  fileprivate func applying(_ transform: some FlowOperator) -> AnyFlow { AnyFlow(transform.apply(to: self)) }
}
