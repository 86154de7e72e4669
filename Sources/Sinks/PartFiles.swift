internal import Foundation
internal import SystemPackage

/// The files that a sink has begun and that have no final name yet, in order; all but the last are whole.
///
/// While it is written a file ends in `.part`. Where a state finds it again after a kill, and its name has a number, it ends
/// in `.OWNER.part`: what was begun and never committed is told apart from what another run began in the same folder, and
/// goes. Memory: about 200 bytes for each file.
struct PartFiles {
  struct File {
    let part: FilePath
    let path: FilePath
    let output: any OutputFile
    var length = 0
    var isDirty = false
    /// Whether its name may be lost when the power is.
    var isNew = false
    /// Whether a position names it, so that the state may count on it.
    var isNamed = false
  }

  private(set) var files: [File] = []
  /// Files that have their final names.
  private(set) var published: [String] = []
  private let pattern: String
  private let disk: any Disk
  /// Which of the files before stay, if not all do.
  private let retention: FileRetention?
  /// Whose files they are; nil for a run that finds none of them again.
  private var owner: String?

  init(_ pattern: String, on disk: any Disk, keeping retention: FileRetention? = nil) {
    self.pattern = pattern
    self.disk = disk
    self.retention = retention
  }

  var last: File? { files.last }

  // MARK: Writing

  /// Writes behind the last file's end.
  mutating func append(_ bytes: [UInt8]) throws {
    files[files.count - 1].isDirty = true
    try unsafe bytes.withUnsafeBytes { try unsafe files[files.count - 1].output.write($0) }
    files[files.count - 1].length += bytes.count
  }

  /// Cuts what was written after a place in one of the files.
  mutating func cut(to length: Int, of index: Int) throws {
    while files.count - 1 > index { try dropLast() }
    files[index].length = length
    try files[index].output.truncate(to: length)
    files[index].isDirty = true
  }

  /// Removes the last file, which nothing stands in.
  mutating func dropLast() throws {
    let file = files[files.count - 1]
    try disk.remove(file.part)
    files.removeLast()
    try file.output.close()
  }

  /// Makes everything durable: bytes, and the names of files that are new.
  ///
  /// After an error nothing of the page stands, and no descriptor is trusted: what is committed is found again by its
  /// length.
  mutating func synchronize() throws {
    for index in files.indices where files[index].isDirty {
      try files[index].output.synchronize()
      files[index].isDirty = false
    }
    for index in files.indices where files[index].isNew {
      try disk.synchronize(folder: files[index].path.removingLastComponent())
      files[index].isNew = false
    }
  }

  // MARK: Names

  /// Begins a file; its name has the first number that is free, or where files are removed the one behind all others: a
  /// number that was used once must not come again.
  mutating func open() throws {
    try disk.createFolder(FilePath(pattern).removingLastComponent())
    var number = 1
    if retention != nil { number += NumberedNames(pattern).numbers(in: try names()).max() ?? 0 }
    while true {
      let path = FilePath(pattern.replacing("{n}", with: NumberedNames.digits(number)))
      number += 1
      guard isFree(path, among: try names()) else { continue }
      let part = FilePath(path.string + ending)
      let file = File(part: part, path: path, output: try disk.create(part), isNew: owner != nil)
      files.append(file)
      // Two runs may have found the same number free: whoever sees the other takes the next one.
      if owner == nil { return }
      let others = try names().filter { $0 != part.lastComponent?.string }
      if isFree(path, among: others) { return }
      try dropLast()
    }
  }

  private var isNumbered: Bool { pattern.contains("{n}") }
  private var ending: String { isNumbered ? (owner.map { ".\($0).part" } ?? ".part") : ".part" }

  /// The names in the folder, where numbers are to be told apart.
  private func names() throws -> [String] {
    isNumbered ? try disk.names(in: FilePath(pattern).removingLastComponent()) : []
  }

  private func isFree(_ path: FilePath, among names: [String]) -> Bool {
    guard isNumbered, let name = path.lastComponent?.string else { return true }
    return !names.contains { other in
      // A run that finds nothing again takes over what others of its kind have left.
      guard other.hasPrefix(name), owner != nil || other != "\(name).part" || files.contains(where: { $0.path == path })
      else { return false }
      return other == name || other.hasSuffix(".part")
    }
  }

  // A file keeps its lock until it has its final name or none, and stays in the list for as long, so that whatever
  // fails, `discard` finds it.

  /// Gives the first file its final name.
  mutating func publishFirst() throws {
    let file = files[0]
    try disk.rename(file.part, to: file.path)
    files.removeFirst()
    published.append(file.path.string)
    try file.output.close()
    try disk.synchronize(folder: file.path.removingLastComponent())
    retention?.removeOld(pattern, on: disk)
  }

  // MARK: Across processes

  /// Where the files stand, for the state; made when all of them are durable.
  private struct Position: Codable {
    struct File: Codable {
      var part: String
      var path: String
      var length: Int
    }
    var owner: String
    var files: [File]
  }

  /// Says what finds the files again; nil when nothing will.
  mutating func position() throws -> [UInt8]? {
    guard let owner else { return nil }
    for index in files.indices { files[index].isNamed = true }
    let files = files.map { file in
      Position.File(part: Self.absolute(file.part), path: Self.absolute(file.path), length: file.length)
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try Array(encoder.encode(Position(owner: owner, files: files)))
  }

  /// Another process may stand in another folder.
  private static func absolute(_ path: FilePath) -> String {
    if path.isAbsolute { return path.string }
    return FilePath(FileManager.default.currentDirectoryPath).pushing(path).string
  }

  private static func decode(_ position: [UInt8]) throws -> Position {
    do { return try JSONDecoder().decode(Position.self, from: Data(position)) } catch { throw UnrecoverableFile(error) }
  }

  /// Takes up the files of a committed position, cut back to it, and removes what was begun after it.
  ///
  /// - Throws: ``UnrecoverableFile`` when one of them has less than was committed.
  mutating func recover(_ bytes: [UInt8]?) throws {
    let position = try bytes.map(Self.decode)
    owner = position?.owner ?? String(UInt32.random(in: 0x1000_0000...UInt32.max), radix: 16)
    for known in position?.files ?? [] {
      let (part, path) = (FilePath(known.part), FilePath(known.path))
      if let length = try disk.length(of: part) {
        guard length >= known.length else { throw UnrecoverableFile(part, has: length, of: known.length) }
        let output = try disk.open(part)
        files.append(File(part: part, path: path, output: output, length: known.length))
        if length > known.length { try cut(to: known.length, of: files.count - 1) }
      } else {
        guard try disk.length(of: path) == known.length else {
          throw UnrecoverableFile(part, has: nil, of: known.length)
        }
        try disk.synchronize(folder: path.removingLastComponent())
        published.append(path.string)
      }
    }
    try removeUncommitted()
  }

  private func removeUncommitted() throws {
    let folder = FilePath(pattern).removingLastComponent()
    if isNumbered {
      for name in try disk.names(in: folder) where name.hasSuffix(ending) {
        guard !files.contains(where: { $0.part.lastComponent?.string == name }) else { continue }
        try disk.remove(folder.appending(name))
      }
    } else {
      let part = FilePath(pattern + ending)
      guard try disk.length(of: part) != nil,
        !files.contains(where: { $0.path.lastComponent == FilePath(pattern).lastComponent })
      else { return }
      // As long as it is open nobody else has it.
      let output = try disk.open(part)
      try disk.remove(part)
      try output.close()
    }
  }

  /// Learns what is committed, and names the files that are whole in it; says whether there were any.
  mutating func publish(_ committed: [UInt8]?) throws -> Bool {
    guard files.count > 1 else { return false }
    let whole = try owner.map { _ in try committed.map(Self.decode)?.files.dropLast().map(\.part) ?? [] }
    let count = files.count
    while files.count > 1, whole?.contains(Self.absolute(files[0].part)) ?? true { try publishFirst() }
    return files.count < count
  }

  /// Gives up.
  ///
  /// What a position names stays as it is: the state may count on it, and whoever recovers it cuts it back.
  mutating func discard() {
    for file in files {
      if !file.isNamed { try? disk.remove(file.part) }
      try? file.output.close()
    }
    files.removeAll()
  }
}
