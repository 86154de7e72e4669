package import Streaming

/// What one stage of one stream has set and the state does not have yet, page by page.
///
/// Memory: the keys and values of the pages in flight, and about 40 bytes for each.
package struct Overlay: Sendable {
  /// In the order in which they were read; few.
  private var pages: [(page: Page, entries: OverlayEntries)] = []

  package init() {}

  /// What a key was given last; nil when it was given nothing.
  package func value(for key: [UInt8]) -> [UInt8]? {
    for page in pages.reversed() {
      if let value = page.entries.value(for: key) { return value }
    }
    return nil
  }

  package mutating func set(_ value: [UInt8], for key: [UInt8], at mark: UInt32, of page: Page) {
    let index = pages.lastIndex { $0.page === page } ?? pages.count
    if index == pages.count { pages.append((page, OverlayEntries())) }
    pages[index].entries.set(value, for: key[...], at: mark)
  }

  /// Forgets what was set at a mark of a page and after it.
  package mutating func forget(_ page: Page, from mark: UInt32) {
    guard let index = pages.lastIndex(where: { $0.page === page }) else { return }
    pages[index].entries = pages[index].entries.below(mark)
  }

  /// What a page leaves behind below a mark, each key once, in ascending order.
  package func entries(of page: Page, below mark: UInt32) -> some Sequence<(key: [UInt8], value: [UInt8])> {
    let entries = pages.last { $0.page === page }?.entries ?? OverlayEntries()
    return entries.below(mark).newest
  }

  /// Lets go of a page, for it is committed.
  package mutating func remove(_ page: Page) { pages.removeAll { $0.page === page } }
}
