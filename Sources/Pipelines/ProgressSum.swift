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
  }
  private let state: Mutex<State>
  private let onProgress: @Sendable (Run.Progress) -> Void

  init(of stream: String, _ onProgress: @escaping @Sendable (Run.Progress) -> Void) {
    state = Mutex(State(progress: Run.Progress(stream: stream)))
    self.onProgress = onProgress
  }

  /// Adds a batch that an output's sinks have taken.
  func add(_ batch: Batch<Line>) {
    let bytes = batch.records.reduce(0) { $0 + $1.byteCount + 1 }
    let progress = state.withLock { state in
      state.progress.lines += batch.records.count
      state.progress.bytes += bytes
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
