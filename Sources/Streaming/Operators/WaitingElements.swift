internal import Synchronization

/// Reads a sequence ahead of its reader, in a task that ends when the reader goes away, and tells what has come already.
///
/// Memory: the elements that wait, of which one at most is beyond the limit.
package final class WaitingElements<Element: Sendable>: Sendable {
  private let queue = Queue()
  private let task: Task<Void, Never>

  /// What the task and the reader share: whoever waits is told by the other.
  private final class Queue: Sendable {
    private struct State {
      var elements: [Element] = []
      var weight = 0
      var hasEnded = false
      var failure: (any Error)?
      var reader: CheckedContinuation<Void, Never>?
      var writer: CheckedContinuation<Void, Never>?
    }
    private let state = Mutex(State())

    /// Adds an element, and waits until there is room for another.
    func add(_ element: Element, weight: Int, limit: Int) async {
      state.withLock { state in
        state.elements.append(element)
        state.weight += weight
        return state.reader.take()
      }?.resume()
      await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
          state.withLock { state in
            if state.weight < limit || Task.isCancelled { return continuation as CheckedContinuation<Void, Never>? }
            state.writer = continuation
            return nil
          }?.resume()
        }
      } onCancel: {
        state.withLock { $0.writer.take() }?.resume()
      }
    }

    func end(_ failure: (any Error)?) {
      state.withLock { state in
        state.hasEnded = true
        state.failure = failure
        return state.reader.take()
      }?.resume()
    }

    /// What has come, for whom it makes room.
    func take() -> [Element] {
      let (elements, writer) = state.withLock { state in
        defer {
          state.elements = []
          state.weight = 0
        }
        return (state.elements, state.writer.take())
      }
      writer?.resume()
      return elements
    }

    /// Waits until something has come, or nothing more will.
    func wait() async {
      await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
          state.withLock { state in
            if !state.elements.isEmpty || state.hasEnded || Task.isCancelled {
              return continuation as CheckedContinuation<Void, Never>?
            }
            state.reader = continuation
            return nil
          }?.resume()
        }
      } onCancel: {
        state.withLock { $0.reader.take() }?.resume()
      }
    }

    /// Throws what the sequence threw, once.
    func checkFailure() throws { if let failure = state.withLock({ $0.failure.take() }) { throw failure } }
  }

  /// Begins to read; stops while the elements that wait weigh `limit` or more.
  package init<Base: AsyncSequence & Sendable>(
    _ base: Base,
    limit: Int,
    weight: @escaping @Sendable (Element) -> Int
  ) where Base.Element == Element {
    task = Task { [queue] in
      do {
        for try await element in base {
          if Task.isCancelled { break }
          await queue.add(element, weight: weight(element), limit: limit)
        }
        queue.end(nil)
      } catch {
        queue.end(error)
      }
    }
  }

  deinit { task.cancel() }

  /// What has come, without waiting.
  package func ready() -> [Element] { queue.take() }

  /// What comes next, at least one element; none at the end.
  package func next() async throws -> [Element] {
    await queue.wait()
    try Task.checkCancellation()
    let elements = queue.take()
    if elements.isEmpty { try queue.checkFailure() }
    return elements
  }
}
