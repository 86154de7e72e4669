internal import Streaming

/// Options that take numbers and ranges of numbers: `1,5-9`.
enum NumberRanges {
  /// Refuses what is neither a number nor a range, which Qualys would answer with 1905 in the middle of a run.
  static func check(
    _ names: [String],
    of options: Options,
    within bounds: ClosedRange<UInt64> = 1...UInt64.max
  ) throws(OptionError) {
    for name in names {
      // Several may stand in one text, as Qualys writes them.
      let words = (options.texts(name) ?? []).flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
      if let wrong = words.first(where: { range(String($0)).map { !bounds.contains($0) } ?? true }) {
        let limits = bounds.upperBound == .max ? "" : " from \(bounds.lowerBound) to \(bounds.upperBound)"
        throw OptionError(
          name,
          "'\(wrong)' is neither a number\(limits) nor a range of them",
          help: "write numbers and ranges, such as [\(bounds.lowerBound), 3-5]"
        )
      }
    }
  }

  private static func range(_ text: String) -> ClosedRange<UInt64>? {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { end in
      end.allSatisfy { $0.isASCII && $0.isNumber } ? UInt64(end) : nil
    }
    guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1], first <= last else {
      return nil
    }
    return first...last
  }
}

extension ClosedRange<UInt64> {
  fileprivate func contains(_ other: ClosedRange<UInt64>) -> Bool {
    contains(other.lowerBound) && contains(other.upperBound)
  }
}
