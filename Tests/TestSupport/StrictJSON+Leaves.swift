extension StrictJSON {
  /// All values that hold no others, by their paths: `Detection.QdsFactors.0.Name`.
  package var leaves: [String: String] {
    var leaves: [String: String] = [:]
    collect(into: &leaves, at: "")
    return leaves
  }

  private func collect(into leaves: inout [String: String], at path: String) {
    let prefix = path.isEmpty ? "" : path + "."
    switch self {
    case .object(let members): for member in members { member.value.collect(into: &leaves, at: prefix + member.name) }
    case .array(let values):
      for (index, value) in values.enumerated() { value.collect(into: &leaves, at: "\(prefix)\(index)") }
    case .string(let text), .number(let text), .literal(let text): leaves[path] = text
    }
  }
}
