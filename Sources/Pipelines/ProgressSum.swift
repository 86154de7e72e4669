internal import Records
internal import Streaming
internal import Synchronization

/// How far all outputs of a stream have come.
final class ProgressSum: Sendable {
  private struct State {
    var progress: Run.Progress
    /// The page that is farthest on, and the marks of those before it.
    var page = -1
    var marksInPage = 0
    var marksBefore = 0
    var batches = 0
    var weights = FieldWeights()
  }
  /// Of how many batches the lines of one are weighed: reading them takes about as long as all stages do.
  private static let batchesPerSample = 64

  private let weighsFields: Bool
  private let state: Mutex<State>
  private let onProgress: @Sendable (Run.Progress) -> Void

  init(of stream: PlannedStream, weighsFields: Bool, _ onProgress: @escaping @Sendable (Run.Progress) -> Void) {
    self.weighsFields = weighsFields
    let outputs = stream.outputs.map { _ in Run.Progress.Taken() }
    state = Mutex(State(progress: Run.Progress(stream: stream.name, outputs: outputs)))
    self.onProgress = onProgress
  }

  /// The fields that weigh most, and their share of what was weighed.
  var heaviest: [(path: String, share: Double)] {
    let fields = state.withLock { $0.weights.bytes }
    let sum = fields.reduce(0) { $0 + $1.bytes }
    return fields.sorted { ($1.bytes, $0.path) < ($0.bytes, $1.path) }.prefix(10)
      .map { ($0.path, Double($0.bytes) / Double(sum)) }
  }

  /// Adds a batch that an output's sinks have taken.
  func add(_ batch: Batch<Line>, by output: Int) {
    var bytes = 0
    // By number: a line that is copied out is retained four times.
    for index in batch.records.indices { bytes += batch.records[index].byteCount + 1 }
    let progress = state.withLock { state in
      if weighsFields, state.batches.isMultiple(of: Self.batchesPerSample) {
        // A line that cannot be read weighs nothing here; its sink will say so.
        for line in batch.records { try? state.weights.add(line) }
      }
      if !batch.records.isEmpty { state.batches += 1 }
      state.progress.outputs[output].lines += batch.records.count
      state.progress.outputs[output].bytes += bytes
      if batch.page.number > state.page {
        state.page = batch.page.number
        state.marksBefore += state.marksInPage
        state.marksInPage = 0
      }
      if batch.page.number == state.page { state.marksInPage = max(state.marksInPage, Int(batch.position.marks)) }
      state.progress.marks = state.marksBefore + state.marksInPage
      return state.progress
    }
    onProgress(progress)
  }
}
