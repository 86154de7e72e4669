internal import Records
internal import State
internal import Streaming

/// Stages in a row: their ports fit, their options are read.
package struct PlannedStages: Sendable {
  /// What flows passes through, in order.
  package internal(set) var components: [PlannedComponent] = []
  /// What flows out of each.
  package internal(set) var ports: [Port] = []
  var connections: [Registry.Connection?] = []
  /// Whether one of them remembers.
  var remembers = false
  /// Whether one of them calls Qualys.
  var callsQualys = false

  /// Whether all options are known.
  var isComplete: Bool { connections.allSatisfy { $0 != nil } }

  /// Puts the stages behind a flow.
  ///
  /// - Parameters:
  ///   - prefix: What tells their places apart from those of other rows of the stream.
  ///   - meters: Gives the meter of each stage, by its number from 0 and its name.
  ///   - edge: May put an operator behind each stage, by its number from 0.
  func connect(
    _ flow: AnyFlow,
    in context: StreamContext,
    prefix: String = "",
    meters: (_ index: Int, _ name: String) -> StageMeter,
    edge: (_ index: Int, _ flow: AnyFlow) -> AnyFlow = { _, flow in flow }
  ) -> AnyFlow {
    var flow = flow
    for (index, connect) in connections.enumerated() {
      let name = components[index].name
      guard let connect else { preconditionFailure("stage '\(name)' is not complete") }
      if context.cores > 1, ports[index] == Port(Line.self), flow.port != ports[index] {
        flow = flow.applying(TaskBoundary())
      }
      flow = edge(index, connect(flow, meters(index, name), context, prefix + place(of: index)))
    }
    return flow
  }

  /// What a stage is called in the state: a second one of its name in the row is told apart by its number.
  func place(of index: Int) -> String {
    let name = components[index].name
    let before = components[..<index].count { $0.name == name }
    return before == 0 ? name : "\(name)-\(before + 1)"
  }

  /// The name under which a stage remembers.
  static func space(of place: String, in stream: String) -> String { "\(stream)/\(place)" }

  /// Forgets what stages have kept as long as they were told to.
  func prune(_ state: any StateStore, stream: String, prefix: String, at time: Int) throws {
    for (index, stage) in components.enumerated() {
      guard let option = stage.component.retention, let seconds = stage.options.integer(option) else { continue }
      let space = Self.space(of: prefix + place(of: index), in: stream)
      try state.prune(space, olderThan: seconds, at: time)
    }
  }
}
