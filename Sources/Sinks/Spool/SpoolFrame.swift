/// What stands before each piece of a spool: what it is, and how long.
struct SpoolFrame: Equatable {
  enum Kind: UInt8 {
    /// Lines of one mark, each with its newline.
    case lines = 1
    /// A page ends here.
    case page = 2
    /// A round ends here: what the sink has goes to its final place.
    case round = 3
  }

  /// Bytes of a frame, in front of those of its lines.
  static let headerBytes = 17

  var kind: Kind
  var mark: UInt32 = 0
  var lineCount = 0
  /// Bytes of the lines that follow.
  var byteCount = 0

  /// The frame with what it announces, in bytes.
  var end: Int { Self.headerBytes + byteCount }

  init(_ kind: Kind) { self.kind = kind }

  init(_ run: LineRun) {
    kind = .lines
    mark = run.mark
    lineCount = run.lineCount
    byteCount = run.byteCount
  }

  /// Reads a frame; nil where there is none, or not all of it.
  init?(_ bytes: [UInt8], at place: Int) {
    guard place + Self.headerBytes <= bytes.count, let kind = Kind(rawValue: bytes[place]) else { return nil }
    func number(_ offset: Int, _ count: Int) -> Int {
      bytes[place + offset..<place + offset + count].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    self.kind = kind
    mark = UInt32(truncatingIfNeeded: number(1, 4))
    lineCount = number(5, 4)
    byteCount = number(9, 8) & Int.max
  }

  /// The frame as it is written: numbers with their lowest byte first.
  func write(to bytes: inout [UInt8]) {
    func append(_ number: Int, _ count: Int) {
      for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: number >> (8 * index))) }
    }
    bytes.append(kind.rawValue)
    append(Int(mark), 4)
    append(lineCount, 4)
    append(byteCount, 8)
  }
}
