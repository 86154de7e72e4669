package import SystemPackage

extension DeadLetters {
  /// How long letters are kept, and how many bytes of them.
  ///
  /// They go by the file, since it is read by people: the file becomes `NAME.1`, and only that one is ever removed. So a letter
  /// is kept for at least `keep`, and up to twice as long; all of them have at most `maximum`, and what one round adds.
  package struct Limits: Sendable, Equatable {
    /// Seconds; nil for ever.
    package var keep: Int?
    /// Bytes; nil for any number.
    package var maximum: Int?

    package init(keep: Int? = nil, maximum: Int? = nil) {
      self.keep = keep
      self.maximum = maximum
    }
  }

  /// Letters that are no more.
  package struct Removed: Sendable, Equatable {
    package var letters: Int
    package var bytes: Int
    /// Whether they were too old; else there were too many.
    package var wereOld: Bool

    package init(letters: Int, bytes: Int, wereOld: Bool) {
      self.letters = letters
      self.bytes = bytes
      self.wereOld = wereOld
    }
  }

  /// What the file before this one is called.
  package static func former(_ path: FilePath) -> FilePath { FilePath(path.string + ".1") }

  /// Sets the file aside when it is time to; called before a round.
  ///
  /// - Parameter date: Seconds since 1970.
  /// - Returns: What was removed for it.
  package func makeRoom(_ limits: Limits, at date: Int) throws -> Removed? {
    let former = Self.former(path)
    var before = try disk.length(of: former)
    var removed: Removed?
    if let keep = limits.keep, let bytes = before, let modified = try disk.modified(former), date - modified > keep {
      removed = Removed(letters: letters(in: former), bytes: bytes, wereOld: true)
      try disk.remove(former)
      before = nil
    }
    let isNext = limits.keep != nil && before == nil
    guard try isDue(limits, isNext) else { return removed }
    // Whoever has it locked sets it aside, and it is another file by then.
    let file: any OutputFile
    do { file = try disk.open(path) } catch let error as DiskError where error.errno == .wouldBlock { return removed }
    guard try isDue(limits, isNext) else {
      try file.close()
      return removed
    }
    if let before { removed = Removed(letters: letters(in: former), bytes: before, wereOld: false) }
    try disk.rename(path, to: former)
    try disk.synchronize(folder: path.removingLastComponent())
    try file.close()
    return removed
  }

  private func isDue(_ limits: Limits, _ isNext: Bool) throws -> Bool {
    guard let length = try disk.length(of: path), length > 0 else { return false }
    return isNext || limits.maximum.map { length > $0 / 2 } ?? false
  }

  private func letters(in path: FilePath) -> Int { Self.counts(in: path.string).values.reduce(0, +) }
}
