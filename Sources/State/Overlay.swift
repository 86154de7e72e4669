package import Streaming

/// What one stage of one stream has set and the state does not have yet, page by page.
///
/// Memory: the keys and values of the pages in flight, and about 150 bytes for each.
package struct Overlay: Sendable {
  private struct Entry {
    var key: [UInt8]
    var value: [UInt8]
    var mark: UInt32
  }

  private struct PageEntries {
    let page: Page
    /// In the order in which they were set.
    var entries: [Entry] = []
    /// The newest entry of each key.
    var newest: [[UInt8]: Int] = [:]

    mutating func add(_ entry: Entry) {
      newest[entry.key] = entries.count
      entries.append(entry)
    }
  }

  /// In the order in which they were read; few.
  private var pages: [PageEntries] = []

  package init() {}

  /// What a key was given last; nil when it was given nothing.
  package func value(for key: [UInt8]) -> [UInt8]? {
    for page in pages.reversed() {
      if let index = page.newest[key] { return page.entries[index].value }
    }
    return nil
  }

  package mutating func set(_ value: [UInt8], for key: [UInt8], at mark: UInt32, of page: Page) {
    let index = pages.lastIndex { $0.page === page } ?? pages.count
    if index == pages.count { pages.append(PageEntries(page: page)) }
    pages[index].add(Entry(key: key, value: value, mark: mark))
  }

  /// Forgets what was set at a mark of a page and after it.
  package mutating func forget(_ page: Page, from mark: UInt32) {
    guard let index = pages.lastIndex(where: { $0.page === page }) else { return }
    let entries = pages[index].entries
    if entries.allSatisfy({ $0.mark < mark }) { return }
    pages[index] = PageEntries(page: page)
    for entry in entries where entry.mark < mark { pages[index].add(entry) }
  }

  /// What a page leaves behind below a mark, each key once, in ascending order.
  package func entries(of page: Page, below mark: UInt32) -> [(key: [UInt8], value: [UInt8])] {
    guard var kept = pages.last(where: { $0.page === page }) else { return [] }
    if kept.entries.contains(where: { $0.mark >= mark }) {
      var all = self
      all.forget(page, from: mark)
      kept = all.pages.last { $0.page === page } ?? kept
    }
    return kept.newest.sorted { $0.key.lexicographicallyPrecedes($1.key) }
      .map { ($0.key, kept.entries[$0.value].value) }
  }

  /// Lets go of a page, for it is committed.
  package mutating func remove(_ page: Page) { pages.removeAll { $0.page === page } }
}
