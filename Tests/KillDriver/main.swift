import DeliveryScenario
import Foundation

// Runs a scenario in a folder: `KillDriver FOLDER [STEP before|after]`, or does something with the live one:
// `KillDriver run|renamed|spooled|reset|forget DAY FOLDER [STEP before|after]`; killed at the step when there is one. Writes how
// many steps there were; of a live one then those that ended rounds.

var arguments = Array(CommandLine.arguments.dropFirst())
let action = arguments.first.flatMap(LiveScenario.Action.init)
let day = action == nil ? 0 : Int(arguments[1]) ?? 0
if action != nil { arguments.removeFirst(2) }
let number = arguments.count > 1 ? Int(arguments[1]) ?? 0 : 0
let moment = arguments.count > 2 ? Steps.Moment(rawValue: arguments[2]) ?? .before : .before
let steps = Steps(failingAt: number, moment)
let bug = ProcessInfo.processInfo.environment["PLANTED_BUG"]
if let action {
  let scenario = LiveScenario(in: arguments[0], day: day, steps, bug: bug.flatMap(LiveScenario.Bug.init))
  let ends = try await scenario.run(action).ends
  print(([steps.count] + ends).map { "\($0)" }.joined(separator: " "))
} else {
  try await Scenario(in: arguments[0], steps, bug: bug.flatMap(Scenario.Bug.init)).run()
  print(steps.count)
}
