/// The ascending offsets of replaced characters, in the order in which they are taken again.
///
/// Offsets at equal distances, as those of adjacent characters are, need the memory of one. Beyond the maximum number
/// of such runs, further offsets are taken to be spread evenly over the last run: their number remains exact.
package final class ReplacementQueue {
  /// Offsets at equal distances from the first to the last.
  private struct Run {
    var first: Int
    var last: Int
    var count = 1

    var stride: Int { count > 1 ? (last - first) / (count - 1) : 0 }

    func count(before offset: Int) -> Int {
      if offset > last { return count }
      if offset <= first { return 0 }
      let scaled = (offset - first - 1).multipliedFullWidth(by: count - 1)
      return 1 + (last - first).dividingFullWidth(scaled).quotient
    }

    /// Forgets fewer than all of the offsets.
    mutating func removeFirst(_ removed: Int) {
      if removed > 0 {
        let scaled = (last - first).multipliedFullWidth(by: removed)
        first += (count - 1).dividingFullWidth(scaled).quotient
        count -= removed
      }
    }
  }

  private var runs: [Run] = []
  /// The index of the first run not yet taken.
  private var head = 0
  private let maximumRunCount: Int

  /// Creates an empty queue; the usual limit lets it be exact if it is emptied after each MiB of the document.
  package init(maximumRunCount: Int = 1 << 20) {
    self.maximumRunCount = maximumRunCount
  }

  /// The offset of the next replaced character, if there is one.
  package var first: Int? { head < runs.count ? runs[head].first : nil }

  /// Adds the offset of a replaced character, which is greater than all before.
  package func append(_ offset: Int) {
    if runs.count > head {
      let last = runs[runs.count - 1]
      let continuesRun = last.count == 1 || offset - last.last == last.stride
      if continuesRun || runs.count - head >= maximumRunCount {
        runs[runs.count - 1].last = offset
        runs[runs.count - 1].count += 1
        return
      }
    }
    runs.append(Run(first: offset, last: offset))
  }

  /// Forgets the replaced characters before an offset, and returns how many there were.
  package func take(before offset: Int) -> Int {
    var taken = 0
    while head < runs.count {
      let count = runs[head].count(before: offset)
      taken += count
      guard count == runs[head].count else {
        runs[head].removeFirst(count)
        break
      }
      head += 1
    }
    if head > runs.count / 2 {
      runs.removeFirst(head)
      head = 0
    }
    return taken
  }
}
