/// How names, labels and numbers are written for Prometheus.
enum PrometheusText {
  /// A sample's line.
  static func write(_ name: String, _ labels: String, _ value: Double, into text: inout String) {
    text += labels.isEmpty ? "\(name) \(number(value))\n" : "\(name){\(labels)} \(number(value))\n"
  }

  /// Labels without their braces: `a="x",b="y"`.
  static func labels(_ dimensions: [(String, String)]) -> String {
    dimensions.map { "\(name($0.0))=\"\(escaped($0.1, quotes: true))\"" }.joined(separator: ",")
  }

  /// A name of letters, digits and `_`, that does not begin with a digit.
  static func name(_ text: String) -> String {
    let name = String(
      text.unicodeScalars.map { scalar in
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_": Character(scalar)
        default: "_"
        }
      }
    )
    return name.first?.isNumber ?? true ? "_\(name)" : name
  }

  /// Whole numbers without a point; infinities and what is none in the format's words.
  static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    return Int(exactly: value).map(String.init) ?? String(value)
  }

  /// Help stands to the line's end, a label's value between quotes.
  static func escaped(_ text: String, quotes: Bool) -> String {
    text.unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar {
      case "\\": result += #"\\"#
      case "\n": result += #"\n"#
      case "\"" where quotes: result += #"\""#
      default: result.unicodeScalars.append(scalar)
      }
    }
  }
}
