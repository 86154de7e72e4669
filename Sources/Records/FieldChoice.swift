/// Which fields of an asset are read at all.
package struct FieldChoice: Sendable {
  private let included: FieldTree?
  private let excluded: FieldTree?

  /// What says which asset it is, and when it changed: there in any case.
  package static let indispensable: [Name] = [Name("assetId"), Name("lastModifiedDate")]

  /// Everything, or what `include` names, without what `exclude` names.
  package init(include: [FieldPath]? = nil, exclude: [FieldPath] = []) {
    included = include.map(FieldTree.init)
    excluded = exclude.isEmpty ? nil : FieldTree(exclude)
  }

  var isEverything: Bool { included == nil && excluded == nil }

  /// Where an object stands in the trees; nil where nothing more is decided.
  struct Place {
    var included: Int?
    var excluded: Int?

    static let outside = Place(included: nil, excluded: nil)
  }

  /// The place of an asset.
  var root: Place {
    Place(included: included == nil ? nil : FieldTree.root, excluded: excluded == nil ? nil : FieldTree.root)
  }

  /// The place of a member of the object at a place; nil when it is left out.
  func member(_ name: Name, of parent: Place, isTop: Bool) -> Place? {
    var place = Place.outside
    if let excluded, let parent = parent.excluded, let child = excluded.child(name, of: parent) {
      if child.isEnd { return nil }
      place.excluded = child.place
    }
    if let included, let parent = parent.included {
      if let child = included.child(name, of: parent) {
        if !child.isEnd { place.included = child.place }
      } else if !(isTop && Self.indispensable.contains(name)) {
        return nil
      }
    }
    return place
  }
}
