internal import SystemPackage

/// The files of a spool: one long row of bytes that grows at its end and goes at its beginning.
///
/// A file is named for the place of its first byte. Memory: about 100 bytes for each file.
struct SpoolFiles {
  struct File {
    let path: FilePath
    let start: Int
    var length: Int
    var end: Int { start + length }
  }

  private(set) var files: [File] = []
  /// The place behind the last byte.
  private(set) var end: Int
  private let folder: FilePath
  private let disk: any Disk
  /// At how many bytes another file is begun.
  private let fileBytes: Int
  /// The last file, while it is written.
  private var output: (any OutputFile)?
  private var isDirty = false
  private var hasNewName = false

  private static let ending = ".spool"

  /// Finds the files that are there; those before `start` are wanted no more.
  ///
  /// - Throws: ``UnrecoverableFile`` when one is missing in their midst; ``DiskError``.
  init(in folder: FilePath, on disk: any Disk, from start: Int, fileBytes: Int) throws {
    self.folder = folder
    self.disk = disk
    self.fileBytes = fileBytes
    end = start
    let starts = try disk.names(in: folder).compactMap { name in
      name.hasSuffix(Self.ending) ? Int(name.dropLast(Self.ending.count)) : nil
    }
    for place in starts.sorted() {
      let path = Self.path(in: folder, at: place)
      guard let length = try disk.length(of: path) else { continue }
      if place + length <= start {
        try disk.remove(path)
        continue
      }
      let expected = files.last?.end ?? min(place, start)
      guard place == expected else { throw UnrecoverableFile(Self.path(in: folder, at: expected), has: nil, of: place) }
      files.append(File(path: path, start: place, length: length))
    }
    end = files.last?.end ?? start
  }

  private static func path(in folder: FilePath, at place: Int) -> FilePath {
    let digits = String(place)
    return folder.appending(String(repeating: "0", count: max(0, 19 - digits.count)) + digits + ending)
  }

  /// Bytes of the files in a folder, whoever has them.
  static func byteCount(in folder: FilePath, on disk: any Disk) throws -> Int {
    try disk.names(in: folder).filter { $0.hasSuffix(ending) }
      .reduce(0) { try $0 + (disk.length(of: folder.appending($1)) ?? 0) }
  }

  /// Bytes that the files have on disk.
  var byteCount: Int { files.isEmpty ? 0 : end - files[0].start }

  // MARK: Writing

  /// Begins another file when the last one is full; called where a frame begins.
  mutating func makeRoom() throws {
    if let last = files.last, last.length < fileBytes { return }
    try synchronize()
    try close()
    let path = Self.path(in: folder, at: end)
    output = try disk.create(path)
    files.append(File(path: path, start: end, length: 0))
    hasNewName = true
  }

  mutating func append(_ bytes: UnsafeRawBufferPointer) throws {
    // What was there may have gone meanwhile.
    if files.isEmpty { try makeRoom() }
    // A write that fails may have written: whatever it left is cut off with the page.
    files[files.count - 1].length += bytes.count
    end += bytes.count
    isDirty = true
    try writing { try unsafe $0.write(bytes) }
  }

  /// Makes everything durable: bytes, and the names of files that are new.
  mutating func synchronize() throws {
    if isDirty { try writing { try $0.synchronize() } }
    isDirty = false
    if hasNewName { try disk.synchronize(folder: folder) }
    hasNewName = false
  }

  /// Does something with the last file, and trusts its descriptor no more when that fails.
  private mutating func writing(_ body: (any OutputFile) throws -> Void) throws {
    do {
      let file = try output ?? disk.open(files[files.count - 1].path)
      output = file
      try body(file)
    } catch {
      try? close()
      throw error
    }
  }

  /// Lets others write the last file.
  mutating func close() throws {
    guard let output else { return }
    self.output = nil
    try output.close()
  }

  /// Takes back what stands behind a place.
  mutating func cut(to place: Int) throws {
    guard end > place else { return }
    try close()
    isDirty = false
    while let last = files.last, last.start >= place {
      try disk.remove(last.path)
      files.removeLast()
    }
    end = place
    guard let last = files.last else { return }
    files[files.count - 1].length = place - last.start
    isDirty = true
    try writing { try $0.truncate(to: place - last.start) }
  }

  // MARK: Reading

  /// Removes the files that end before a place.
  mutating func remove(before place: Int) throws {
    while let first = files.first, first.end <= place {
      if files.count == 1 {
        try close()
        isDirty = false
      }
      try disk.remove(first.path)
      files.removeFirst()
    }
  }

  /// Bytes of one file; fewer where it ends.
  ///
  /// - Throws: ``UnrecoverableFile`` when there are none.
  func bytes(in range: Range<Int>) throws -> [UInt8] {
    guard let file = files.last(where: { $0.start <= range.lowerBound }) else {
      throw UnrecoverableFile(Self.path(in: folder, at: range.lowerBound), has: nil, of: range.count)
    }
    let bytes = try disk.bytes(of: file.path, in: range.lowerBound - file.start..<range.upperBound - file.start)
    guard !bytes.isEmpty else {
      throw UnrecoverableFile(file.path, has: try disk.length(of: file.path), of: file.length)
    }
    return bytes
  }

  /// What the files hold makes no sense at a place.
  func unreadable(at place: Int) -> UnrecoverableFile {
    let file = files.last { $0.start <= place }
    return UnrecoverableFile(file?.path ?? folder, unreadableAt: place - (file?.start ?? 0))
  }
}
