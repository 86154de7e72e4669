internal import Records

extension ContiguousArray<Asset> {
  /// Lets `body` write members anew of the assets that it says, into one arena; what was put beside them stays.
  mutating func rewrite(
    _ body: (_ number: Int, _ fields: Fields, _ tape: inout TapeBuilder) throws -> Bool
  ) rethrows {
    var tape = TapeBuilder(byteCapacity: 64 * 1024, nodeCapacity: 4096)
    var written: [(number: Int, outer: Range<Int>, added: Range<Int>)] = []
    for (number, asset) in enumerated() {
      let start = tape.nodeCount
      guard try body(number, asset.fields, &tape) else { continue }
      let end = tape.nodeCount
      tape.append(asset.fields.added, of: asset.fields.arena)
      written.append((number, start..<end, end..<tape.nodeCount))
    }
    let arena = tape.seal(serverTime: [])
    for (number, outer, added) in written {
      let none = outer.upperBound..<outer.upperBound
      self[number].fields = self[number].fields
        .rewritten(in: arena, outer: outer, inner: none, added: added, joined: none)
    }
  }
}
