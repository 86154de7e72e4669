import Health
import Qualys
import Simulator
import Streaming
import TestSupport
import Testing

/// One fault, and what must become of it.
struct FaultCase: Sendable, CustomTestStringConvertible {
  /// How a run ends.
  enum Ending: Sendable, Equatable {
    case recovers
    /// A person must see to it.
    case stops(ErrorClass)
  }

  /// The row of the fault matrix.
  var row: Int
  var name: String
  var streams = FaultStream.allCases
  /// A fault script; `API` stands for the stream's.
  var script = ""
  var ending = Ending.recovers
  /// Calls of the stream's API, more or fewer than in a round without a fault.
  var extraCalls = 1...1
  /// The class of the first event; nil when nobody need be told, since it was soon over.
  var event: ErrorClass?
  /// Seconds that all waits take together.
  var waits = 0...3_000
  var limits = TransferLimits()
  /// How Qualys is reached until what is wrong with that is mended.
  var reach = FaultReach()
  /// Whether what passes is waited out for ever, as with `--wait`.
  var waitsForEver = true
  var clockError: @Sendable (_ number: Int) -> Int = { _ in 0 }
  var receiver: @Sendable (_ number: Int) -> RecordingServer.Behaviour = { _ in .answer(200) }
  /// What else is simulated.
  var setUp: @Sendable (inout SimulatedServer.Options) -> Void = { _ in }
  /// Whether one host never comes, and is left out.
  var lacksHost = false

  init(_ row: Int, _ name: String, _ script: String = "", _ change: (inout Self) -> Void = { _ in }) {
    self.row = row
    self.name = name
    self.script = script
    change(&self)
  }

  var testDescription: String { "\(row): \(name)" }

  /// The run of one stream; `missing` is the number of the host that does not come.
  func run(of stream: FaultStream, missing: Int?) -> FaultRun {
    var run = FaultRun()
    run.streams = [stream]
    run.script = script.replacing("API", with: stream.rawValue)
    run.limits = limits
    run.reach = reach
    run.waitsForEver = waitsForEver
    run.clockError = clockError
    run.receiver = receiver
    // What a person had to mend is mended, and the pipeline runs once more.
    run.runsAgain = ending != .recovers
    run.options.detections.brokenHosts = Set([missing].compactMap(\.self))
    setUp(&run.options)
    return run
  }
}

extension TransferLimits {
  /// Limits that are met within a test: 400 ms for a connection, for the head, between bytes, and for the window of the least rate.
  static var short: TransferLimits {
    var limits = TransferLimits()
    limits.connect = .milliseconds(400)
    limits.firstByte = .milliseconds(400)
    limits.idle = .milliseconds(400)
    limits.window = .milliseconds(400)
    return limits
  }
}
