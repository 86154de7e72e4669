internal import Blocks
internal import JSONText
internal import Records
internal import SystemPackage

/// Lines of a spool that stand one behind another in a page, as many as fit into 1 MiB, or one frame that does not.
struct SpoolPiece: Sendable {
  enum Ending: Sendable {
    /// More of the page follows.
    case none
    case page
    case round
  }

  var lines: ContiguousArray<Line> = []
  /// The place behind them.
  var end: Int
  var ending = Ending.none

  /// Bytes that are read at once.
  static let windowBytes = 1 << 20
}

extension SpoolFiles {
  /// Reads the piece at a place, of what stands before a limit.
  ///
  /// Memory: 2 MiB; lines of a frame that is longer lie in a file.
  /// - Throws: ``UnrecoverableFile`` when it makes no sense; `DiskError`.
  func piece(at place: Int, before limit: Int) throws -> SpoolPiece {
    let window = try bytes(in: place..<min(place + SpoolPiece.windowBytes, limit))
    var piece = SpoolPiece(end: place)
    var writer = JSONWriter(capacity: window.count + 64)
    var found: [(range: Range<Int>, mark: UInt32)] = []
    var offset = 0
    while let frame = SpoolFrame(window, at: offset), piece.ending == .none {
      if frame.end > window.count - offset {
        if offset == 0 { return try longPiece(frame, at: place, before: limit) }
        break
      }
      let start = offset + SpoolFrame.headerBytes
      offset += frame.end
      switch frame.kind {
      case .page: piece.ending = .page
      case .round: piece.ending = .round
      case .lines:
        let shift = writer.count - start
        writer.append(Array(window[start..<offset]))
        let ranges = Self.lines(in: window[start..<offset])
        guard ranges.count == frame.lineCount else { throw unreadable(at: place + start) }
        found += ranges.map { ($0.lowerBound + shift..<$0.upperBound + shift, frame.mark) }
      }
    }
    guard offset > 0 else { throw unreadable(at: place) }
    let buffer = LineBuffer(writer)
    piece.lines = ContiguousArray(
      found.map { Line($0.range, of: buffer, fields: nil, format: nil, mark: $0.mark) }
    )
    piece.end = place + offset
    return piece
  }

  /// Where lines stand, each without the newline that ends it.
  private static func lines(in bytes: ArraySlice<UInt8>) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var start = bytes.startIndex
    while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
      ranges.append(start..<end)
      start = end + 1
    }
    return ranges
  }

  /// Reads a frame that is too long for memory.
  private func longPiece(_ frame: SpoolFrame, at place: Int, before limit: Int) throws -> SpoolPiece {
    guard frame.kind == .lines, place + frame.end <= limit else { throw unreadable(at: place) }
    let file = try SpilledBytes()
    var ends: [Int] = []
    while file.count < frame.byteCount {
      let start = place + SpoolFrame.headerBytes + file.count
      let bytes = try bytes(in: start..<min(start + SpoolPiece.windowBytes, place + frame.end))
      let before = file.count
      ends += Self.lines(in: bytes[...]).map { before + $0.upperBound }
      try unsafe bytes.withUnsafeBytes { try unsafe file.append($0) }
    }
    guard ends.count == frame.lineCount else { throw unreadable(at: place) }
    let starts = [0] + ends.map { $0 + 1 }
    let lines = zip(starts, ends).map { start, end in
      Line(start..<end, of: file, fields: nil, format: nil, mark: frame.mark)
    }
    return SpoolPiece(lines: ContiguousArray(lines), end: place + frame.end)
  }
}
