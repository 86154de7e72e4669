extension Fault {
  /// What it puts into an API's answer.
  func edits(of api: SimulatedAPI) -> [AnswerEdit] {
    // Right behind what opens the answer.
    let opening = api.isOnGateway ? "{" : "<RESPONSE>"
    switch self {
    case .insert(let text, let place):
      let bytes = text.bytes(of: api)
      return [place.map { AnswerEdit(at: $0, insert: bytes) } ?? AnswerEdit(after: text.mark(of: api), insert: bytes)]
    case .entities(let entities): return entities.edits(of: api)
    case .deep(let depth): return [AnswerEdit(after: opening, insert: Self.nest(depth, isJSON: api.isOnGateway))]
    case .attributes(let count): return [AnswerEdit(after: opening, insert: Self.element(attributes: count))]
    case .longName(let length):
      let name = [UInt8](repeating: UInt8(ascii: "N"), count: length)
      let (before, after) = api.isOnGateway ? ("\"", "\":0,") : ("<", "/>")
      return [AnswerEdit(after: opening, insert: Array(before.utf8) + name + Array(after.utf8))]
    default: return []
    }
  }

  private static func nest(_ depth: Int, isJSON: Bool) -> [UInt8] {
    let (before, opening, closing, after) = isJSON ? ("\"N\":", "[", "]", ",") : ("", "<N>", "</N>", "")
    var bytes = Array(before.utf8)
    bytes.reserveCapacity(depth * (opening.utf8.count + closing.utf8.count) + 8)
    for _ in 0..<depth { bytes += opening.utf8 }
    for _ in 0..<depth { bytes += closing.utf8 }
    return bytes + after.utf8
  }

  private static func element(attributes count: Int) -> [UInt8] {
    var bytes = Array("<N".utf8)
    for number in 0..<count { bytes += " a\(number)=\"\"".utf8 }
    return bytes + "/>".utf8
  }
}
