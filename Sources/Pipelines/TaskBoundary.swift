internal import Streaming

/// Lets what stands before an edge go on while what stands behind it works at a batch.
struct TaskBoundary: FlowOperator {
  func apply<R: Record>(to flow: Flow<R>) -> Flow<R> { Flow(AheadOfReader(flow, count: 1)) }
}
