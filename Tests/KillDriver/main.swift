import DeliveryScenario
import Foundation

// Runs the scenario in a folder: `KillDriver FOLDER [STEP before|after]`, killed at the step when there is one. Writes how many
// steps there were.

let arguments = CommandLine.arguments
let number = arguments.count > 2 ? Int(arguments[2]) ?? 0 : 0
let moment = arguments.count > 3 ? Steps.Moment(rawValue: arguments[3]) ?? .before : .before
let bug = ProcessInfo.processInfo.environment["PLANTED_BUG"].flatMap(Scenario.Bug.init)
let steps = Steps(failingAt: number, moment)
try await Scenario(in: arguments[1], steps, bug: bug).run()
print(steps.count)
