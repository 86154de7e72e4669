/// How many hosts (assets) a page is asked to hold: halved while none comes whole, doubled again when a page does.
struct PageLimit: Sendable, Equatable {
  /// What the pipeline file says; 0 for all of them in one page.
  let configured: Int
  private(set) var current: Int

  /// The most that a page of "all" is doubled to before it is all again.
  private static let largest = 1_000_000
  /// What "all" is halved to first: Qualys' own page.
  private static let usual = 1000

  init(_ configured: Int) {
    self.configured = configured
    current = configured
  }

  /// Goes on with the limit that an earlier process had come to.
  init(_ configured: Int, at current: Int?) {
    self.init(configured)
    guard let current, current > 0 else { return }
    if configured == 0 || current < configured { self.current = current }
  }

  /// Whether something else than the configured limit must be asked for.
  var isChanged: Bool { current != configured }

  /// Halves it; false when it is 1 already.
  mutating func shrink() -> Bool {
    if current == 1 { return false }
    current = current == 0 ? Self.usual : current / 2
    return true
  }

  /// Doubles it, up to what was configured.
  mutating func grow() {
    guard isChanged else { return }
    current *= 2
    if configured == 0 {
      if current > Self.largest { current = 0 }
    } else {
      current = min(current, configured)
    }
  }
}
