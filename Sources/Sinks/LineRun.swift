internal import Blocks
package import Records

/// Lines that stand one after another in the same memory: written as one.
///
/// Holds that memory alone, and not the records that the lines were written from.
package struct LineRun: Sendable {
  private let buffer: LineBuffer?
  private let file: SpilledBytes?
  private let start: Int
  private var end: Int
  package private(set) var lineCount: Int
  /// The number of the lines' mark.
  package let mark: UInt32

  package init(_ line: Line) {
    buffer = line.buffer
    file = line.file
    start = line.range.lowerBound
    end = line.range.upperBound + 1
    mark = line.mark
    lineCount = 1
  }

  /// Bytes of the lines, newlines included.
  package var byteCount: Int { end - start }

  /// Takes in a line that follows at once, of the same mark if that matters; says whether it did.
  package mutating func extend(with line: borrowing Line, sameMark: Bool) -> Bool {
    guard let buffer, buffer === line.buffer, line.range.lowerBound == end, !sameMark || line.mark == mark
    else { return false }
    end = line.range.upperBound + 1
    lineCount += 1
    return true
  }

  /// Passes the lines on with their newlines.
  package func forEachChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    if let file { try unsafe file.forEachChunk(start..<end, body) }
    try unsafe buffer?.withBytes(start..<end, body)
  }
}

extension ContiguousArray<Line> {
  /// The lines as runs of neighbours, in order; those of one mark each, if that matters.
  package func contiguousRuns(sameMark: Bool = false) -> [LineRun] {
    var runs: [LineRun] = []
    // By number: a line that is copied out is retained four times.
    for index in indices {
      if runs.isEmpty || !runs[runs.count - 1].extend(with: self[index], sameMark: sameMark) {
        runs.append(LineRun(self[index]))
      }
    }
    return runs
  }
}
