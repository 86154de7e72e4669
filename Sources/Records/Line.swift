package import Blocks
package import JSONText
public import Streaming

/// A log as it will be written: a line of text without its newline, and the record it was written from.
public struct Line: Record {
  /// What error messages call it.
  public static let portName = "lines"

  /// Memory that holds the line; nil when a file does.
  package let buffer: LineBuffer?
  /// The file that holds the line, when it is too long for memory.
  package let file: SpilledBytes?
  private let start: Int
  private let end: Int
  /// The record that the line was written from; nil for a line that was read as such.
  package let fields: Fields?
  /// How the line was written, so that it can be written again with less; nil for a line that was read as such, or whose
  /// shape is its encoder's own.
  package let format: LogFormat?
  /// Which part of a record this is that was too long for one line; nil for a whole record.
  package let part: Part?
  /// The number of its mark.
  package let mark: UInt32

  /// A line in memory; a newline follows it there.
  package init(
    _ range: Range<Int>,
    of buffer: LineBuffer,
    fields: Fields?,
    format: LogFormat?,
    mark: UInt32,
    part: Part? = nil
  ) {
    self.buffer = buffer
    file = nil
    start = range.lowerBound
    end = range.upperBound
    self.fields = fields
    self.format = format
    self.mark = mark
    self.part = part
  }

  /// A line in a file; a newline follows it there.
  package init(
    _ range: Range<Int>,
    of file: SpilledBytes,
    fields: Fields?,
    format: LogFormat?,
    mark: UInt32,
    part: Part? = nil
  ) {
    buffer = nil
    self.file = file
    start = range.lowerBound
    end = range.upperBound
    self.fields = fields
    self.format = format
    self.mark = mark
    self.part = part
  }

  /// A part's number, from 1, and how many there are.
  package struct Part: Sendable, Hashable {
    package let number: UInt32
    package let count: UInt32

    package init(_ number: Int, of count: Int) {
      self.number = UInt32(clamping: number)
      self.count = UInt32(clamping: count)
    }
  }

  /// Whether this is a part of a record that was too long for one line.
  package var isPart: Bool { part != nil }

  /// Bytes of the line, without its newline.
  package var byteCount: Int { end - start }

  /// Where the line stands in its buffer or file.
  package var range: Range<Int> { start..<end }

  /// Passes the line on with its newline, in pieces when it is long.
  package func forEachChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    if let file { try unsafe file.forEachChunk(start..<end + 1, body) }
    try unsafe buffer?.withBytes(start..<end + 1, body)
  }

  /// The line's text.
  public var text: String {
    var bytes: [UInt8] = []
    // A line that cannot be read back is shown as empty; writing it out fails the page.
    try? unsafe forEachChunk { unsafe bytes.append(contentsOf: $0) }
    return String(decoding: bytes.dropLast(), as: UTF8.self)
  }
}

/// The text of a batch's lines, each followed by a newline; never changed once it is made.
@safe
package final class LineBuffer: @unchecked Sendable {
  // Sendable: nothing in it changes between init and deinit, and the pointer is its own.

  private let block: UnsafeMutableRawBufferPointer
  package let count: Int

  package init(_ writer: consuming JSONWriter) {
    (unsafe block, count) = unsafe writer.release()
  }

  deinit { unsafe Blocks.give(block) }

  /// Lends the bytes of a range.
  @inline(__always)
  package func withBytes<Result>(
    _ range: Range<Int>,
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    precondition(range.upperBound <= count)
    return try unsafe body(UnsafeRawBufferPointer(rebasing: block[range]))
  }
}
