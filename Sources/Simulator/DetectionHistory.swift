/// What became of a detection, from scan to scan.
struct DetectionHistory: Sendable {
  private(set) var status: DetectionStatus
  private(set) var firstFound: SimulatedInstant
  private(set) var lastFound: SimulatedInstant

  /// In how many of the later scans it was found.
  private(set) var timesFoundAgain = 0

  private var fixed: SimulatedInstant?
  private var firstReopened: SimulatedInstant?
  private var lastReopened: SimulatedInstant?
  private var timesReopened = 0

  /// Makes up what had become of it when the host was first asked for.
  init(before scan: SimulatedInstant, using generator: inout SeededGenerator) {
    let age = generator.below(700 * SimulatedInstant.day)
    switch generator.below(100) {
    case ..<15: status = .new
    case ..<78: status = .active
    case ..<92: status = .fixed
    default: status = .reopened
    }
    let daysSinceFix = status == .fixed ? generator.number(in: 1...20) : 0
    lastFound = scan - daysSinceFix * SimulatedInstant.day
    firstFound = status == .new ? lastFound : lastFound - age
    switch status {
    case .new, .active: break
    case .fixed: fixed = scan
    case .reopened:
      let third = (lastFound.seconds - firstFound.seconds) / 3
      fixed = firstFound + third
      reopen(at: lastFound - third)
    }
  }

  /// Begins with the scan that found it.
  init(newAt scan: SimulatedInstant) {
    status = .new
    firstFound = scan
    lastFound = scan
  }

  /// Goes on with a later scan.
  mutating func scan(at scan: SimulatedInstant, using generator: inout SeededGenerator) {
    let isFound = generator.chance(percent: status == .fixed ? 15 : 80)
    switch (isFound, status) {
    case (true, .fixed):
      status = .reopened
      reopen(at: scan)
    case (true, _): status = .active
    case (false, .fixed): break
    case (false, _):
      status = .fixed
      fixed = scan
    }
    if isFound {
      lastFound = scan
      timesFoundAgain += 1
    }
  }

  private mutating func reopen(at instant: SimulatedInstant) {
    firstReopened = firstReopened ?? instant
    lastReopened = instant
    timesReopened += 1
  }

  /// Writes when it was fixed and opened again.
  func write(to writer: inout AnswerWriter) {
    guard status == .fixed || status == .reopened else { return }
    if let fixed { writer.element("LAST_FIXED_DATETIME", fixed) }
    if status == .fixed { return }
    if let firstReopened { writer.element("FIRST_REOPENED_DATETIME", firstReopened) }
    if let lastReopened { writer.element("LAST_REOPENED_DATETIME", lastReopened) }
    writer.element("TIMES_REOPENED", timesReopened)
  }
}
