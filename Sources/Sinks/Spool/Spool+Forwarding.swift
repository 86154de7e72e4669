internal import Foundation
internal import Streaming
package import SystemPackage

/// The end of a spool at which its sink takes pages.
extension Spool {
  /// Where the sink goes on, and where it stood there.
  var forwarded: (place: Int, sink: [UInt8]?) { (record.forwarded.offset, record.sink.map { Array($0) }) }

  /// Waits for a page that the sink does not have; false when no more is wanted.
  ///
  /// - Throws: `CancellationError`.
  func waitForPage() async throws -> Bool {
    while true {
      if ending == .now { return false }
      if record.forwarded < committed { return true }
      if ending == .whenEmpty { return false }
      try await changes.wait(beyond: changes.count)
    }
  }

  /// Reads what stands at a place of a committed page.
  func piece(at place: Int) throws -> SpoolPiece { try files.piece(at: place, before: committed.offset) }

  /// The sink has what stands before a place, with so many lines more than before: that is durable when this returns, and
  /// the files go that hold nothing else.
  func forwarded(to place: Int, lines: Int, sink position: [UInt8]?) throws {
    var next = record
    next.forwarded.offset = place
    next.forwarded.lines += lines
    next.committed = committed
    next.sink = position.map { Data($0) }
    try next.save(in: folder, on: disk)
    record = next
    try files.remove(before: place)
    noteChange()
  }

  /// Lets whoever takes pages end when there are none, or behind the page at hand.
  package func endForwarding(whenEmpty: Bool) {
    ending = whenEmpty && ending != .now ? .whenEmpty : .now
    changes.raise()
  }

  /// The sink gave up: nobody takes anything until the spool is opened again.
  package func giveUp(_ error: any Error) {
    failure = error
    changes.raise()
  }

  /// What waits in a spool, as its folder says: also while it is in use, when its lines are those of the last round's end.
  ///
  /// - Returns: Lines, bytes on disk, and whether the sink has begun something that is not in its final place; nil when there
  ///   is no spool.
  package static func look(
    in folder: FilePath,
    on disk: any Disk = LocalDisk()
  ) throws -> (lines: Int, bytes: Int, isUnfinished: Bool)? {
    guard let record = try SpoolRecord(in: folder, on: disk) else { return nil }
    let bytes = try SpoolFiles.byteCount(in: folder, on: disk)
    return (max(0, record.committed.lines - record.forwarded.lines), bytes, record.sink != nil)
  }
}
