package import JSONText
public import Streaming

/// A log as it will be written: a line of text without its newline, and the record it was written from.
public struct Line: Record {
  /// What error messages call it.
  public static let portName = "lines"

  package let buffer: LineBuffer
  private let start: UInt32
  private let end: UInt32
  /// The record that the line was written from; nil for a line that was read as such.
  package let fields: Fields?
  /// The line itself, when it is too long for memory; it ends in a newline there.
  package let spilled: SpilledBytes?
  /// Which part of a record this is, from 1, of how many; 0 when it is whole.
  package var part: (number: UInt32, of: UInt32) = (0, 0)
  /// The number of its mark.
  package let mark: UInt32

  package init(_ range: Range<Int>, of buffer: LineBuffer, fields: Fields?, mark: UInt32, spilled: SpilledBytes? = nil) {
    self.buffer = buffer
    start = UInt32(range.lowerBound)
    end = UInt32(range.upperBound)
    self.fields = fields
    self.mark = mark
    self.spilled = spilled
  }

  /// Bytes of the line, without its newline.
  package var byteCount: Int {
    if let spilled { spilled.count - 1 } else { Int(end - start) }
  }

  /// Where the line stands in its buffer.
  package var range: Range<Int> { Int(start)..<Int(end) }

  /// Passes the line on with its newline, in pieces when it is long.
  package func forEachChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    if let spilled {
      try unsafe spilled.forEachChunk { try unsafe body($0) }
    } else {
      try unsafe buffer.withBytes(Int(start)..<Int(end) + 1, body)
    }
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

  private let base: UnsafeMutablePointer<UInt8>
  package let count: Int
  /// How the lines were written, for who must write one again with less.
  package let format: LogFormat?

  package init(_ writer: consuming JSONWriter, format: LogFormat?) {
    let (base, _, count) = unsafe writer.release()
    unsafe self.base = unsafe base
    self.count = count
    self.format = format
  }

  deinit { unsafe base.deallocate() }

  /// Lends the bytes of a range.
  @inline(__always)
  package func withBytes<Result>(
    _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    precondition(range.upperBound <= count)
    return try unsafe body(UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count))
  }
}
