internal import Glibc
internal import Sinks
internal import Synchronization
package import SystemPackage

/// Everything that a run does to what outlives it, step by step, and what goes wrong at one of the steps.
package final class Steps: Sendable {
  /// Whether a step is done when it goes wrong.
  package enum Moment: String, CaseIterable, Sendable {
    case before, after
  }

  /// What goes wrong.
  package enum Fault: Sendable {
    /// The process is killed.
    case kill
    /// The step fails, and the next ones do not.
    case error(Errno)
    /// The step fails, and all others after it.
    case end
  }

  /// The process ended, in a test that needs it to live on.
  package struct Ended: Error {
    package init() {}
  }

  private let number: Int
  private let moment: Moment
  private let fault: Fault
  private let done = Mutex(0)

  /// Goes wrong at the step of a number, from 1; never at 0.
  package init(failingAt number: Int = 0, _ moment: Moment = .before, _ fault: Fault = .kill) {
    self.number = number
    self.moment = moment
    self.fault = fault
  }

  /// Steps so far.
  package var count: Int { done.withLock { $0 } }
  /// Whether the step was reached.
  package var hasFailed: Bool { number > 0 && count >= number }

  /// Does a step, or a part of it.
  package func take<Result>(half: () throws -> Void = {}, _ step: () throws -> Result) throws -> Result {
    let current = done.withLock { done in
      done += 1
      return done
    }
    if current == number {
      if moment == .after { _ = try step() } else { try half() }
      try fail()
    } else if case .end = fault, number > 0, current > number {
      throw Ended()
    }
    return try step()
  }

  private func fail() throws {
    switch fault {
    case .kill:
      kill(getpid(), SIGKILL)
      // The signal is on its way.
      while true { pause() }
    case .error(let code): throw DiskError("use", "a file of the test", code)
    case .end: throw Ended()
    }
  }
}
