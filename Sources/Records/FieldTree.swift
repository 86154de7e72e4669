/// Paths of fields as a tree, so that each name on the way costs one look.
package struct FieldTree: Sendable {
  private struct Branch {
    var children: [Name: Int] = [:]
    /// Whether a path ends here.
    var isEnd = false
  }
  private var branches = [Branch()]

  package init(_ paths: [FieldPath]) {
    for path in paths {
      var place = 0
      for name in path.names {
        if let next = branches[place].children[name] {
          place = next
        } else {
          branches.append(Branch())
          branches[place].children[name] = branches.count - 1
          place = branches.count - 1
        }
      }
      branches[place].isEnd = true
    }
  }

  /// Where a path begins.
  package static let root = 0

  /// The place of a member of the object at a place, and whether a path ends there; nil when no path leads there.
  func child(_ name: Name, of place: Int) -> (place: Int, isEnd: Bool)? {
    branches[place].children[name].map { ($0, branches[$0].isEnd) }
  }
}
