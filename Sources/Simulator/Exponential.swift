/// Returns e to the power of `exponent`, by basic arithmetic only, so that every machine gives the same bits.
func exponential(_ exponent: Double) -> Double {
  let logarithmOfTwo = 0.693147180559945309417
  let doublings = (exponent / logarithmOfTwo).rounded()
  let rest = exponent - doublings * logarithmOfTwo
  var sum = 1.0
  for term in stride(from: 12.0, through: 1, by: -1) { sum = 1 + rest / term * sum }
  return sum * Double(sign: .plus, exponent: Int(doublings), significand: 1)
}
