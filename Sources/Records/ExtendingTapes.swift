extension ContiguousArray where Element: LogRecord {
  /// Puts nodes beside records without copying them: `body` appends to a copy of a record's arena, and notes in the
  /// record's fields where they stand.
  ///
  /// An arena cannot grow. Records of one arena, which follow each other in a batch, share its one copy: some 256 KiB,
  /// nothing beside the parsing that filled it. `bytes` and `nodes` are what a record is likely to need.
  package mutating func extendTapes(
    bytes: Int,
    nodes: Int,
    _ body: (_ fields: inout Fields, _ tape: inout TapeBuilder) throws -> Void
  ) rethrows {
    var start = startIndex
    while start < endIndex {
      let arena = self[start].fields.arena
      let end = self[start...].firstIndex { $0.fields.arena !== arena } ?? endIndex
      let count = end - start
      var tape = TapeBuilder(copying: arena, bytes: bytes * count, nodes: nodes * count)
      for index in start..<end { try body(&self[index].fields, &tape) }
      let larger = tape.seal(serverTime: arena.serverTime)
      for index in start..<end { self[index].fields = self[index].fields.moved(to: larger) }
      start = end
    }
  }
}
