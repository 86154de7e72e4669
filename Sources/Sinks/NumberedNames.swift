internal import SystemPackage

/// The names of the files that one path with `{n}` makes: its own text, and a number of four digits or more for each `{n}`.
package struct NumberedNames {
  private let pattern: String

  /// - Parameter path: Its folder does not matter.
  package init(_ path: String) { pattern = FilePath(path).lastComponent?.string ?? "" }

  /// A number as names have it.
  static func digits(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  /// The number in a name that the path makes; nil for any other name.
  package func number(of name: String) -> Int? {
    guard let place = pattern.firstRange(of: "{n}"), name.hasPrefix(pattern[..<place.lowerBound]) else { return nil }
    let digits = name.dropFirst(pattern[..<place.lowerBound].count).prefix { $0.isASCII && $0.isNumber }
    // What follows the number may begin with digits, too.
    for count in stride(from: digits.count, through: 4, by: -1) {
      guard let number = Int(digits.prefix(count)) else { continue }
      if pattern.replacing("{n}", with: Self.digits(number)) == name { return number }
    }
    return nil
  }

  /// The numbers of files in a folder that the path has made or begun.
  package func numbers(in names: [String]) -> [Int] {
    names.compactMap { name in
      // One that is being written has its name before `.part` or `.OWNER.part`.
      let whole = name.hasSuffix(".part") ? String(name.dropLast(5)) : name
      return number(of: whole) ?? whole.lastIndex(of: ".").flatMap { number(of: String(whole[..<$0])) }
    }
  }
}
