extension ContiguousArray where Element: LogRecord {
  /// Puts nodes beside records without copying them: `body` appends behind a record's arena, and notes in the record's
  /// fields where they stand.
  ///
  /// All records of one arena move to the one that is larger; where another branch has extended the arena before, that is
  /// a copy of some 256 KiB. They come to `body` arena after arena; `bytes` and `nodes` are what each is likely to need.
  @specialized(where Element == Detection)
  package mutating func extendTapes(
    bytes: Int,
    nodes: Int,
    _ body: (_ fields: inout Fields, _ tape: inout TapeBuilder) throws -> Void
  ) rethrows {
    for (arena, numbers) in byArena() {
      var tape = TapeBuilder(extending: arena, bytes: bytes * numbers.count, nodes: nodes * numbers.count)
      for number in numbers { try body(&self[number].fields, &tape) }
      let larger = tape.seal(serverTime: arena.serverTime)
      for number in numbers { self[number].fields.move(to: larger) }
    }
  }

  /// The arenas of the records, and the numbers of those in each.
  @specialized(where Element == Detection)
  private func byArena() -> [(arena: Arena, numbers: [Int])] {
    var groups: [(arena: Arena, numbers: [Int])] = []
    var places: [ObjectIdentifier: Int] = [:]
    for number in indices {
      let arena = self[number].fields.arena
      // Most records follow one of the same arena.
      if let last = groups.last, last.arena === arena {
        groups[groups.count - 1].numbers.append(number)
      } else if let place = places[ObjectIdentifier(arena)] {
        groups[place].numbers.append(number)
      } else {
        places[ObjectIdentifier(arena)] = groups.count
        groups.append((arena, [number]))
      }
    }
    return groups
  }
}
