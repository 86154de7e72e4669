package import Streaming

/// What one stage of one stream has set and the state does not have yet, page by page.
///
/// Memory: the keys of the pages in flight, about 50 bytes for each, and 1 MiB of values for each page: more of them lie in
/// a file without a name, and what cannot be written there or read throws.
package struct Overlay: Sendable {
  /// In the order in which they were read; few.
  private var pages: [(page: Page, entries: OverlayEntries)] = []

  package init() {}

  /// What a key was given last; nil when it was given nothing.
  package func value(for key: [UInt8]) throws -> [UInt8]? {
    for page in pages.reversed() {
      if let value = try page.entries.value(for: key) { return value }
    }
    return nil
  }

  package mutating func set(_ value: [UInt8], for key: [UInt8], at mark: UInt32, of page: Page) throws {
    let index = pages.lastIndex { $0.page === page } ?? pages.count
    if index == pages.count { pages.append((page, OverlayEntries())) }
    try pages[index].entries.set(value, for: key[...], at: mark)
  }

  /// Forgets what was set at a mark of a page and after it.
  package mutating func forget(_ page: Page, from mark: UInt32) throws {
    guard let index = pages.lastIndex(where: { $0.page === page }) else { return }
    pages[index].entries = try pages[index].entries.below(mark)
  }

  /// Passes on what a page leaves behind below a mark, each key once, in ascending order.
  package func forEachEntry(
    of page: Page,
    below mark: UInt32,
    _ body: (_ key: [UInt8], _ value: [UInt8]) throws -> Void
  ) throws {
    try pages.last { $0.page === page }?.entries.below(mark).forEachNewest(body)
  }

  /// Lets go of a page, for it is committed.
  package mutating func remove(_ page: Page) { pages.removeAll { $0.page === page } }
}
