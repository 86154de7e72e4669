internal import Foundation
package import Streaming
package import SystemPackage

/// Lines on disk, between a stream and a sink that may be slower, or away.
///
/// The stream writes pages at one end; at the other what is committed goes to the sink, in order, and then from the disk.
/// What was written behind the last committed page is cut off by whoever opens the spool again. Files are of at most
/// 16 MiB, an eighth of the limit, or one batch. Memory: 256 KiB.
package actor Spool {
  /// The option that gives a sink a spool.
  package static let option = Option(
    "spool",
    .size(1 << 20...1 << 50),
    """
    Keep lines on disk, in the folder of the state, up to so many bytes: they are acknowledged when they are durable \
    there, and the stream and its other sinks go on while this one is down. A full spool holds the stream. Only where \
    Qualys is asked: a replay writes to the sink itself.
    """
  )

  /// What the spool shows.
  package nonisolated let watch: SpoolWatch
  let folder: FilePath
  private let limit: Int
  let disk: any Disk
  private let onFull: @Sendable (_ isFull: Bool) -> Void
  let changes = ChangeSignal()
  var files: SpoolFiles
  var record: SpoolRecord
  /// Up to where lines belong to committed pages.
  var committed: SpoolRecord.Place
  /// What was written last, and where the page at hand begins.
  private var end: SpoolRecord.Place
  private var pageStart: SpoolRecord.Place
  /// Frames that are not in a file yet.
  private var pending: [UInt8] = []
  var ending = Ending.none
  /// Why nothing is taken any more, so that a full spool has nobody to wait for.
  var failure: (any Error)?
  /// Where the last round ended; nil when that is not known.
  private var roundEnd: Int?

  enum Ending {
    case none, whenEmpty, now
  }

  /// Opens a spool, or begins one, and cuts off what is not committed.
  ///
  /// - Parameters:
  ///   - limit: How many bytes its files may have.
  ///   - position: Where the state says that the last committed page ends; nil when it says nothing.
  ///   - onFull: Told when the stream must wait, and when it need not any more.
  /// - Throws: ``UnrecoverableFile``, ``DiskError``.
  package init(
    in folder: FilePath,
    limit: Int,
    committed position: [UInt8]? = nil,
    disk: any Disk = LocalDisk(),
    onFull: @escaping @Sendable (_ isFull: Bool) -> Void = { _ in }
  ) throws {
    self.folder = folder
    self.limit = limit
    self.disk = disk
    self.onFull = onFull
    watch = SpoolWatch(limit: limit)
    let found = try SpoolRecord(in: folder, on: disk)
    record = found ?? SpoolRecord()
    if found == nil {
      guard try SpoolFiles.byteCount(in: folder, on: disk) == 0 else {
        throw UnrecoverableFile(folder.appending(SpoolRecord.name), has: nil, of: 1)
      }
      try disk.createFolder(folder)
      try record.save(in: folder, on: disk)
    }
    let fileBytes = min(16 << 20, limit / 8)
    files = try SpoolFiles(in: folder, on: disk, from: record.forwarded.offset, fileBytes: fileBytes)
    let known = position.flatMap(SpoolRecord.Place.init(position:)) ?? SpoolRecord.Place()
    committed = max(record.committed, record.forwarded, known)
    end = committed
    pageStart = committed
    try Self.cut(&files, to: committed.offset, in: folder)
    Self.show(watch, files, committed, record)
  }

  private static func cut(_ files: inout SpoolFiles, to place: Int, in folder: FilePath) throws {
    guard files.end >= place else { throw UnrecoverableFile(folder, has: files.end, of: place) }
    try files.cut(to: place)
  }

  private static func show(
    _ watch: SpoolWatch,
    _ files: SpoolFiles,
    _ committed: SpoolRecord.Place,
    _ record: SpoolRecord
  ) {
    watch.change { contents in
      contents.lines = committed.lines - record.forwarded.lines
      contents.bytes = files.byteCount
    }
  }

  func noteChange() {
    Self.show(watch, files, committed, record)
    changes.raise()
  }

  /// Lets others open it; nothing is asked of it any more.
  package func close() { try? files.close() }

  // MARK: The stream's end

  /// Where the last page ends, for the stream's state.
  var position: [UInt8] { pageStart.position }

  /// Puts the end back to what is committed.
  ///
  /// - Parameter position: What the state says; nil when it says nothing. A sink's own, from before it had a spool, becomes
  ///   where the sink goes on.
  func goBack(to position: [UInt8]?) throws {
    let known = position.flatMap(SpoolRecord.Place.init(position:))
    if let position, known == nil {
      guard record.sink == nil, committed == record.forwarded else { throw files.unreadable(at: committed.offset) }
      record.sink = Data(position)
      try record.save(in: folder, on: disk)
    }
    // What was committed once stays so, whatever an older state says.
    let place = max(committed, known ?? committed)
    pending = []
    try Self.cut(&files, to: place.offset, in: folder)
    committed = place
    end = place
    pageStart = place
    noteChange()
  }

  /// Appends lines; waits while the spool is full and something of it can go.
  ///
  /// What is longer than the spool passes when nothing else is in it.
  /// - Throws: What the sink said when it gave up, once the spool is full; `CancellationError`, ``DiskError``.
  func append(_ runs: [LineRun]) async throws {
    let bytes = runs.reduce(0) { $0 + SpoolFrame($1).end }
    while files.byteCount + pending.count + bytes > limit, record.forwarded < committed {
      if let failure { throw failure }
      if !watch.current.isFull {
        watch.change { $0.isFull = true }
        onFull(true)
      }
      try await changes.wait(beyond: changes.count)
    }
    if watch.current.isFull {
      watch.change { $0.isFull = false }
      onFull(false)
    }
    for run in runs {
      try write(SpoolFrame(run))
      try unsafe run.forEachChunk { chunk in
        unsafe pending.append(contentsOf: chunk)
        if pending.count >= 1 << 18 { try flush() }
      }
      end.lines += run.lineCount
    }
  }

  private func write(_ frame: SpoolFrame) throws {
    if pending.count + frame.end >= 1 << 18 { try flush() }
    // A frame lies in one file.
    if pending.isEmpty { try files.makeRoom() }
    frame.write(to: &pending)
    end.offset += frame.end
  }

  private func flush() throws {
    guard !pending.isEmpty else { return }
    try unsafe pending.withUnsafeBytes { try unsafe files.append($0) }
    pending.removeAll(keepingCapacity: true)
  }

  /// Ends the page at hand: its lines are durable when this returns.
  func endPage() throws {
    guard end != pageStart else { return }
    try write(SpoolFrame(.page))
    try flush()
    try files.synchronize()
    pageStart = end
  }

  /// Takes back what stands in the page at hand behind so many marks, and ends it.
  ///
  /// - Returns: How many lines stand, and their bytes.
  func abandonPage(standing marks: UInt32) throws -> (lines: Int, bytes: Int) {
    try flush()
    let start = pageStart
    var place = start
    var bytes = 0
    while place.offset < end.offset {
      let header = try files.bytes(in: place.offset..<place.offset + SpoolFrame.headerBytes)
      guard let frame = SpoolFrame(header, at: 0) else { throw files.unreadable(at: place.offset) }
      if frame.mark >= marks { break }
      place.offset += frame.end
      place.lines += frame.lineCount
      bytes += frame.byteCount
    }
    try files.cut(to: place.offset)
    end = place
    try endPage()
    return (place.lines - start.lines, bytes)
  }

  /// Learns that a position is committed: what stands before it may go to the sink.
  func commit(_ position: [UInt8]?) {
    guard let place = position.flatMap(SpoolRecord.Place.init(position:)), committed < place else { return }
    committed = place
    noteChange()
  }

  /// Ends a round; all of it is committed.
  func endRound() throws {
    guard pageStart.offset != roundEnd else { return }
    try write(SpoolFrame(.round))
    try flush()
    try files.synchronize()
    pageStart = end
    committed = end
    roundEnd = end.offset
    record.committed = committed
    try record.save(in: folder, on: disk)
    noteChange()
  }
}
