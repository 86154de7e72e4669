/// Numbers and ranges of numbers, as calls ask for them; thousands of them are searched as fast as a few.
struct IDRanges: Sendable {
  /// In order, without overlaps.
  private var ranges: [ClosedRange<Int>] = []

  init(_ ranges: [ClosedRange<Int>]) {
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = self.ranges.last, range.lowerBound <= last.upperBound {
        self.ranges[self.ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        self.ranges.append(range)
      }
    }
  }

  /// From the smallest to the greatest number.
  var bounds: ClosedRange<Int> { (ranges.first?.lowerBound ?? 0)...(ranges.last?.upperBound ?? 0) }

  func contains(_ id: Int) -> Bool {
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < id { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].contains(id)
  }
}
