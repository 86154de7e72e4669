package import Records
package import Streaming

/// The records of one page, to be cut into batches in any way.
package struct RecordedPage<R: Record>: Sendable {
  package let page: Page
  package let records: [R]
  /// Complete hosts.
  package let marks: Int

  package init(_ records: [R], marks: Int? = nil, number: Int = 0) {
    self.records = records
    self.marks = marks ?? records.last.map { Int($0.markNumber) + 1 } ?? 0
    page = Page(number: number, origin: "page \(number)")
  }

  /// The whole page in batches of at most `size` records.
  package func batches(of size: Int) -> [Batch<R>] { cut(records[...], by: size, ending: .complete) }

  /// The page as it is when its answer breaks off after so many records: abandoned at its last mark.
  package func brokenOff(after count: Int, batchesOf size: Int) -> [Batch<R>] {
    cut(records.prefix(count), by: size, ending: .abandoned)
  }

  /// Complete hosts before a record: all of them at the end.
  package func marks(before index: Int) -> Int { index < records.count ? Int(records[index].markNumber) : marks }

  private func cut(_ records: ArraySlice<R>, by size: Int, ending: Position.Ending) -> [Batch<R>] {
    var batches: [Batch<R>] = []
    var start = 0
    repeat {
      let end = min(start + size, records.count)
      let position = Position(marks: marks(before: end), ending: end == records.count ? ending : .none)
      batches.append(Batch(ContiguousArray(records[start..<end]), of: page, at: position))
      start = end
    } while start < records.count
    return batches
  }
}

extension Record {
  /// The number of the host that the record belongs to.
  package var markNumber: UInt32 {
    if let line = self as? Line { return line.mark }
    return (self as? any LogRecord)?.fields.mark ?? 0
  }

  /// Everything that a record says, as text.
  package var wholeText: String {
    if let line = self as? Line { return "\(line.mark)\(line.isPart ? " part" : ""): \(line.text)" }
    guard let record = self as? any LogRecord else { return "\(self)" }
    return "\(record.fields.mark): \(record.line(naming: .qualys).text)"
  }
}

extension LogRecord {
  /// The line that `encode-json` writes for this record.
  package func line(naming: LogFormat.Naming = .sumo) -> Line {
    let format = LogFormat(of: Self.self, naming: naming)
    var encoder = LogEncoder(format, capacity: 4096)
    // Only a text that lies in a file can fail to be written, and then the test has no business going on.
    guard let place = try? encoder.encode(fields) else { fatalError("a record could not be written") }
    if let file = place.file { return Line(place.range, of: file, fields: fields, format: format, mark: fields.mark) }
    return Line(place.range, of: LineBuffer(encoder.finish()), fields: fields, format: format, mark: fields.mark)
  }
}

extension Line {
  /// The line without its newline.
  package var bytes: [UInt8] {
    get throws {
      var bytes: [UInt8] = []
      bytes.reserveCapacity(byteCount + 1)
      try unsafe forEachChunk { unsafe bytes.append(contentsOf: $0) }
      return bytes.dropLast()
    }
  }
}
