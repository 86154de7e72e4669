/// How a page of hosts ended.
package enum PageEnd: Sendable, Equatable {
  /// No host follows.
  case last
  /// The next page begins with the host of this number.
  case more(nextID: Int)
  /// In the midst of a host.
  case broken

  var nextID: Int? { if case .more(let id) = self { id } else { nil } }
}
