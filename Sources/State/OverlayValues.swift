internal import Blocks

/// Values one behind the other: the last ones in memory, those before them in a file without a name.
///
/// A copy may read on while values are appended to its original, and not be appended to itself. Memory: ``limit``, and
/// what one value is longer.
struct OverlayValues: Sendable {
  static let limit = 1 << 20

  private var file: SpilledBytes?
  /// Bytes in the file.
  private var spilled = 0
  private var rest: [UInt8] = []
  /// Why nothing more can be appended: what the file has of a piece that did not fit is nobody's.
  private var failure: SpilledBytes.Failure?

  /// Appends a value; says where it begins.
  mutating func append(_ value: [UInt8]) throws(SpilledBytes.Failure) -> Int {
    if let failure { throw failure }
    if rest.count + value.count > Self.limit { try spill() }
    let offset = spilled + rest.count
    rest.append(contentsOf: value)
    return offset
  }

  private mutating func spill() throws(SpilledBytes.Failure) {
    let file = try openFile()
    precondition(file.count == spilled, "a copy was appended to")
    var failure: SpilledBytes.Failure?
    unsafe rest.withUnsafeBytes { rest in
      do throws(SpilledBytes.Failure) { try unsafe file.append(rest) } catch { failure = error }
    }
    self.failure = failure
    if let failure { throw failure }
    spilled += rest.count
    rest.removeAll(keepingCapacity: true)
  }

  private mutating func openFile() throws(SpilledBytes.Failure) -> SpilledBytes {
    if let file { return file }
    let new = try SpilledBytes()
    file = new
    return new
  }

  /// The value in a range; no value begins in the file and ends in memory.
  func bytes(_ range: Range<Int>) throws(SpilledBytes.Failure) -> [UInt8] {
    guard range.lowerBound < spilled, let file else {
      return Array(rest[range.lowerBound - spilled..<range.upperBound - spilled])
    }
    var bytes = [UInt8](repeating: 0, count: range.count)
    var failure: SpilledBytes.Failure?
    unsafe bytes.withUnsafeMutableBytes { room in
      do throws(SpilledBytes.Failure) {
        if try unsafe file.read(at: range.lowerBound, into: room) < room.count {
          failure = SpilledBytes.Failure(action: "read", code: 0)
        }
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }
}
