internal import Foundation
internal import SystemPackage

/// How far a spool has come: a small file beside its lines, written anew each time.
struct SpoolRecord: Codable, Equatable {
  /// A place in the spool, and the lines before it.
  struct Place: Codable, Equatable, Comparable {
    var offset = 0
    var lines = 0

    static func < (left: Place, right: Place) -> Bool { left.offset < right.offset }

    /// The place as a stream's state keeps it.
    var position: [UInt8] {
      // Numbers can always be written.
      (try? Array(Self.encoder.encode(Position(spool: self)))) ?? []
    }

    /// Reads what a state has kept; nil for what another sink has written.
    init?(position: [UInt8]) {
      guard let known = try? JSONDecoder().decode(Position.self, from: Data(position)) else { return nil }
      self = known.spool
    }

    init() {}

    private struct Position: Codable {
      var spool: Place
    }

    private static let encoder: JSONEncoder = {
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      return encoder
    }()
  }

  private var version = 1
  /// Up to where lines belong to pages that are committed, so far as is known here.
  var committed = Place()
  /// Up to where the sink has them.
  var forwarded = Place()
  /// Where the sink stood there, in its own words.
  var sink: Data?

  init() {}

  static let name = "spool.json"

  /// Reads the record in a folder; nil when there is none.
  ///
  /// - Throws: ``UnrecoverableFile``; ``DiskError``.
  init?(in folder: FilePath, on disk: any Disk) throws {
    let path = folder.appending(Self.name)
    guard let length = try disk.length(of: path) else { return nil }
    let bytes = try disk.bytes(of: path, in: 0..<length)
    guard let record = try? JSONDecoder().decode(Self.self, from: Data(bytes)), record.version == 1 else {
      throw UnrecoverableFile(path, unreadableAt: 0)
    }
    self = record
  }

  /// Writes the record, durably: the old one or the new one is there, whatever happens.
  func save(in folder: FilePath, on disk: any Disk) throws {
    let path = folder.appending(Self.name)
    let new = folder.appending(Self.name + ".new")
    let bytes = try JSONEncoder().encode(self)
    let file = try disk.create(new)
    do {
      try unsafe bytes.withUnsafeBytes { try unsafe file.write($0) }
      try file.synchronize()
    } catch {
      try? file.close()
      throw error
    }
    try file.close()
    try disk.rename(new, to: path)
    try disk.synchronize(folder: folder)
  }
}
