/// A second of UTC, written as Qualys writes its dates: `2026-11-05T04:50:45Z`.
struct SimulatedInstant: Sendable, Comparable {
  /// Seconds since 1970.
  var seconds: Int

  /// Midnight of 2026-11-01, from which all simulated dates are counted.
  static let november2026 = SimulatedInstant(seconds: 1_793_491_200)

  static let day = 86_400

  /// When questions of a round are answered, a day after those of the round before it.
  static func answer(inRound round: Int, seed: UInt64) -> SimulatedInstant {
    var generator = SeededGenerator(seed: seed, stream: -1)
    return .november2026 + (generator.number(in: 21...25) + round - 1) * day
  }

  /// A time in the day before a round's answer, after everything that happened in the round before it.
  static func event(inRound round: Int, seed: UInt64, using generator: inout SeededGenerator) -> SimulatedInstant {
    answer(inRound: round, seed: seed) - generator.number(in: 3 * 3_600...20 * 3_600)
  }

  static func + (instant: SimulatedInstant, seconds: Int) -> SimulatedInstant {
    SimulatedInstant(seconds: instant.seconds + seconds)
  }

  static func - (instant: SimulatedInstant, seconds: Int) -> SimulatedInstant {
    SimulatedInstant(seconds: instant.seconds - seconds)
  }

  static func < (first: SimulatedInstant, second: SimulatedInstant) -> Bool { first.seconds < second.seconds }

  /// The date in the Gregorian calendar, for instants after 1970.
  var date: (year: Int, month: Int, day: Int) {
    // Howard Hinnant's `civil_from_days`: years begin in March, so that the leap day is the last of its year.
    let days = seconds / Self.day + 719_468
    let era = days / 146_097
    let dayOfEra = days - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (
      year: era * 400 + yearOfEra + (month <= 2 ? 1 : 0),
      month: month,
      day: dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    )
  }

  /// The time of day.
  var time: (hour: Int, minute: Int, second: Int) {
    let second = seconds % Self.day
    return (hour: second / 3600, minute: second / 60 % 60, second: second % 60)
  }
}
