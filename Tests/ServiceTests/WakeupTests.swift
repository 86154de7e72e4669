import Service
import Synchronization
import Testing

/// Whoever waits goes on when somebody says so.
@Suite(.timeLimit(.minutes(10))) struct WakeupTests {
  private final class Woken: Sendable {
    private let number = Mutex(0)
    var count: Int { number.withLock { $0 } }
    func note() { number.withLock { $0 += 1 } }
  }

  private final class Count: Sendable {
    let value = Mutex(0)
    var now: Int { value.withLock { $0 } }
    func add() { value.withLock { $0 += 1 } }
  }

  @Test("all who wait are woken, and who is cancelled is so alone", arguments: [1, 2, 7])
  func wakesAll(count: Int) async {
    let wakeup = Wakeup()
    let woken = Woken()
    await withTaskGroup { group in
      for _ in 0..<count {
        group.addTask {
          await wakeup.wait()
          woken.note()
        }
      }
      let cancelled = Task { await wakeup.wait() }
      for _ in 0..<100 { await Task.yield() }
      cancelled.cancel()
      await cancelled.value
      #expect(woken.count == 0)
      while woken.count < count {
        wakeup.raise()
        await Task.yield()
      }
    }
  }

  @Test func whatWasSaidBeforeIsHeardOnce() async {
    let wakeup = Wakeup()
    for _ in 0..<2 { wakeup.raise() }
    await wakeup.wait()
    let woken = Woken()
    let second = Task {
      await wakeup.wait()
      woken.note()
    }
    for _ in 0..<100 { await Task.yield() }
    #expect(woken.count == 0)
    second.cancel()
    await second.value
  }
}
