package import Records
package import Streaming

/// Makes an asset's software a list of names.
package struct FlattenSoftware: Stage {
  package static let component = Component(
    "flatten-software",
    summary: "Makes softwareListData a list of the software's full names.",
    discussion: """
      Names stand in the order of the asset's list, each once. Everything else about the software goes, and software \
      without a fullName with it. Where there is no list (null), that stays.
      """,
    example: "- flatten-software"
  )

  package init(_ options: Options) throws(OptionError) {}

  /// Creates the stage without a pipeline file.
  package init() {}

  package mutating func process(_ batch: Batch<Asset>, into output: inout Outlet<Asset>) throws {
    var assets = batch.records
    assets.rewrite { Self.flatten($1, to: &$2) }
    output.append(contentsOf: assets)
  }

  // The paths are right by construction.
  private static let wrapper = FieldPath("softwareListData")!
  private static let list = FieldPath("softwareListData.software")!
  private static let fullName = Name("fullName")

  /// Writes an asset with its software as names; does nothing when it has none.
  private static func flatten(_ fields: Fields, to tape: inout TapeBuilder) -> Bool {
    let arena = fields.arena
    guard let wrapper = fields.firstNode(at: wrapper), unsafe arena.nodes[wrapper].json == .object else { return false }
    let list = fields.firstNode(at: list)
    if let list, unsafe arena.nodes[list].json == .string || arena.nodes[list].json == nil { return false }
    tape.append(fields.outer.lowerBound..<wrapper, of: arena)
    let name = unsafe arena.nodes[wrapper].name
    if let list, fields.isNull(list) {
      tape.append(name, json: .bare, depth: 1)
      unsafe tape.append(arena.text(of: list))
    } else {
      tape.append(name, json: .array, depth: 1)
      if let list { appendNames(in: list, of: fields, to: &tape) }
    }
    tape.append(arena.end(of: wrapper)..<fields.outer.upperBound, of: arena)
    return true
  }

  private static func appendNames(in list: Int, of fields: Fields, to tape: inout TapeBuilder) {
    let arena = fields.arena
    var seen = TextSet()
    fields.forEachString(named: fullName, in: list) { node in
      let raw = unsafe arena.text(of: node)
      guard unsafe !raw.isEmpty, unsafe seen.insert(raw: raw) else { return }
      tape.append(Name(id: 0), json: .string, depth: 2)
      unsafe tape.append(raw)
    }
  }
}
