/// Which exchanges are kept when only failures are wanted: those that failed, the one before each, and the newest two.
struct CaptureRing {
  /// Failures in a round that are kept; a Qualys that is down for days must not fill the disk.
  static let maximumFailures = 32

  private struct Entry {
    let number: Int
    var files: [String] = []
    var hasEnded = false
    var isKept = false
  }

  private var entries: [Entry] = []
  private(set) var failures = 0

  /// An exchange has begun.
  mutating func begin(_ number: Int) { entries.append(Entry(number: number)) }

  /// An exchange has ended, and is in these files.
  /// - Returns: Files that nobody needs any more.
  mutating func end(_ number: Int, files: [String], failed: Bool) -> [String] {
    guard let index = entries.firstIndex(where: { $0.number == number }) else { return files }
    entries[index].files = files
    entries[index].hasEnded = true
    if failed { keep(max(0, index - 1)...index) }
    return prune()
  }

  /// Something failed that the exchanges at hand may explain: an answer that could not be understood, say.
  mutating func keepAll() { if !entries.isEmpty { keep(0...entries.count - 1) } }

  private mutating func keep(_ range: ClosedRange<Int>) {
    failures += 1
    guard failures <= Self.maximumFailures else { return }
    for index in range { entries[index].isKept = true }
  }

  /// Forgets what is behind the newest two; gives the files of what is not kept.
  private mutating func prune() -> [String] {
    var unneeded: [String] = []
    while entries.count > 2, entries[0].hasEnded {
      let first = entries.removeFirst()
      if !first.isKept { unneeded += first.files }
    }
    return unneeded
  }
}
