import Service
import Synchronization
import Testing

/// Whoever waits goes on when somebody says so.
@Suite(.timeLimit(.minutes(1))) struct WakeupTests {
  @Test("all who wait are woken, and who is cancelled is so alone", arguments: [1, 2, 7])
  func wakesAll(count: Int) async {
    let wakeup = Wakeup()
    let woken = Mutex(0)
    await withTaskGroup { group in
      for _ in 0..<count {
        group.addTask {
          await wakeup.wait()
          woken.withLock { $0 += 1 }
        }
      }
      let cancelled = Task { await wakeup.wait() }
      for _ in 0..<100 { await Task.yield() }
      cancelled.cancel()
      await cancelled.value
      #expect(woken.withLock { $0 } == 0)
      while woken.withLock({ $0 }) < count {
        wakeup.raise()
        await Task.yield()
      }
    }
  }

  @Test func whatWasSaidBeforeIsHeardOnce() async {
    let wakeup = Wakeup()
    for _ in 0..<2 { wakeup.raise() }
    await wakeup.wait()
    let isWoken = Mutex(false)
    let second = Task {
      await wakeup.wait()
      isWoken.withLock { $0 = true }
    }
    for _ in 0..<100 { await Task.yield() }
    #expect(!isWoken.withLock { $0 })
    second.cancel()
    await second.value
  }
}
