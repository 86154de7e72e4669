/// A small, fast random number generator (SplitMix64) that gives the same numbers for the same seed everywhere.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Creates a generator whose numbers depend on `seed` alone.
  package init(seed: UInt64) {
    state = seed
  }

  /// Creates one of many independent generators that share a seed.
  init(seed: UInt64, stream: Int) {
    state = Self.mix(Self.mix(seed &+ Self.step) ^ UInt64(truncatingIfNeeded: stream))
  }

  /// Creates the generator of what happens in a round, so that rounds do not shift one another's numbers.
  init(seed: UInt64, stream: Int, round: Int) {
    var generator = SeededGenerator(seed: seed, stream: stream)
    self.init(seed: generator.next(), stream: round)
  }

  /// Returns the next 64 random bits.
  package mutating func next() -> UInt64 {
    state &+= Self.step
    return Self.mix(state)
  }

  private static let step: UInt64 = 0x9E37_79B9_7F4A_7C15

  private static func mix(_ value: UInt64) -> UInt64 {
    var mixed = value
    mixed = (mixed ^ (mixed &>> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed &>> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed &>> 31)
  }
}

// The draws below use nothing but integer and basic floating-point arithmetic: neither another machine's libm nor
// another standard library's `random(in:using:)` can change what a seed gives.
extension SeededGenerator {
  /// Returns an independent generator, so that what one part draws does not shift another's numbers.
  mutating func split() -> SeededGenerator {
    SeededGenerator(seed: next())
  }

  /// Returns a number from 0 up to, but not including, `bound`.
  mutating func below(_ bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// Returns a number of `range`.
  mutating func number(in range: ClosedRange<Int>) -> Int {
    range.lowerBound + below(range.upperBound - range.lowerBound + 1)
  }

  /// Returns true in `percent` of 100 cases.
  mutating func chance(percent: Int) -> Bool {
    below(100) < percent
  }

  /// Returns one of `choices`, each as likely as the others.
  mutating func pick<Choice>(_ choices: [Choice]) -> Choice {
    choices[below(choices.count)]
  }

  /// Returns a number from 0 up to, but not including, 1.
  mutating func unit() -> Double {
    Double(next() &>> 11) * 0x1p-53
  }

  /// Returns a number whose logarithm is distributed normally around `logarithm`.
  mutating func logNormal(logarithm: Double, deviation: Double) -> Double {
    // The count of ones in 64 random bits is binomial, with a deviation of 4: normal enough, once it is made smooth.
    let ones = Double(next().nonzeroBitCount - 32) + unit() - 0.5
    return exponential(logarithm + deviation * ones / 4)
  }
}
