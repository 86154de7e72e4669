internal import Foundation
internal import GRDB
internal import Glibc
internal import SystemPackage

/// The database file of a state: made, opened, mistrusted.
struct StateFile {
  /// What a database is like that we do not go on with.
  private struct Mistrust: Error {
    let reason: String
  }

  let path: FilePath
  /// How many pages the file may have; nil for as many as the disk holds.
  let maximumPages: Int?

  /// Opens the database, or moves it aside and begins a new one when it cannot be trusted.
  ///
  /// - Throws: ``StateError`` when a newer release wrote it, and when it can be neither read nor made.
  func open() throws -> (DatabaseQueue, MovedAside?) {
    do {
      return (try openTrusting(), nil)
    } catch {
      guard let reason = Self.mistrust(error, whileOpening: true) else { throw error }
      let aside = try moveAside()
      return (try openTrusting(), MovedAside(path: aside, reason: reason))
    }
  }

  /// Why an error means that a database cannot be trusted; nil when it means something else.
  static func mistrust(_ error: any Error, whileOpening: Bool = false) -> String? {
    if let error = error as? Mistrust { return error.reason }
    guard let error = error as? DatabaseError else { return nil }
    switch error.resultCode {
    case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT: return error.message ?? "it is damaged"
    // A table that is not there, or is there already; later it would be our own mistake.
    case .SQLITE_ERROR, .SQLITE_SCHEMA: return whileOpening ? error.message ?? "it has other tables" : nil
    default: return nil
    }
  }

  /// Moves the database out of the way with all that belongs to it.
  func moveAside() throws(StateError) -> FilePath {
    var number = 1
    while unsafe access("\(path).corrupt-\(number)", F_OK) == 0 { number += 1 }
    let aside = "\(path).corrupt-\(number)"
    for suffix in ["-wal", "-shm", ""] {
      guard unsafe rename("\(path)\(suffix)", "\(aside)\(suffix)") == 0 || errno == ENOENT else {
        throw .cannotWrite(path, Errno(rawValue: errno))
      }
    }
    return FilePath(aside)
  }

  private func openTrusting() throws -> DatabaseQueue {
    let isNew = try create()
    var configuration = Configuration()
    configuration.busyMode = .timeout(5)
    let queue = try DatabaseQueue(path: path.string, configuration: configuration)
    do {
      try queue.writeWithoutTransaction { database in
        let version = try check(database, isNew: isNew)
        if let maximumPages { try database.execute(sql: "PRAGMA max_page_count = \(maximumPages)") }
        try Schema.migrate(database, from: version)
        guard try Schema.isThat(of: database) else { throw Mistrust(reason: "its tables are not ours") }
        try makeDurable(database)
        try checkSmallTables(database)
      }
    } catch {
      try? queue.close()
      throw error
    }
    return queue
  }

  /// Makes an empty file, mode 0600, which SQLite's other files take over; says whether there was none.
  private func create() throws(StateError) -> Bool {
    do {
      let descriptor = try FileDescriptor.open(
        path,
        .readWrite,
        options: [.create, .exclusiveCreate, .closeOnExec],
        permissions: .ownerReadWrite
      )
      try descriptor.close()
      return true
    } catch Errno.fileExists {
      guard unsafe chmod(path.string, 0o600) == 0 else { throw .cannotWrite(path, Errno(rawValue: errno)) }
      return false
    } catch {
      throw .cannotWrite(path, error)
    }
  }

  /// The version of a database that can be trusted.
  private func check(_ database: Database, isNew: Bool) throws -> Int {
    if isNew { return 0 }
    let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    let application = try Int.fetchOne(database, sql: "PRAGMA application_id")
    guard application == Schema.applicationID else { throw Mistrust(reason: "it is no state of this program") }
    guard version > 0 else { throw Mistrust(reason: "its version is \(version)") }
    guard version <= Schema.versions.count else {
      throw StateError(
        .newerSchema,
        path,
        """
        a newer release wrote the state '\(path)' (version \(version); this one knows \(Schema.versions.count)); \
        run that release, or name another folder for the state: a full pull follows
        """
      )
    }
    let problems = try String.fetchAll(database, sql: "PRAGMA quick_check(3)")
    guard problems == ["ok"] else { throw Mistrust(reason: problems.joined(separator: "; ")) }
    return version
  }

  /// Has every commit reach the disk before it returns.
  private func makeDurable(_ database: Database) throws {
    let mode = try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL")
    try database.execute(sql: "PRAGMA synchronous = FULL")
    let synchronous = try Int.fetchOne(database, sql: "PRAGMA synchronous")
    guard mode == "wal", synchronous == 2 else {
      throw StateError(
        .failed,
        path,
        "the file system of '\(path)' does not let SQLite write durably (journal \(mode ?? "unknown")); name another folder"
      )
    }
  }

  /// Rows that everything else hangs on are few: all are looked at.
  private func checkSmallTables(_ database: Database) throws {
    _ = try Self.spaces(database)
    for stream in try String.fetchAll(database, sql: "SELECT stream FROM progress") {
      _ = try Self.progress(of: stream, database)
    }
  }

  // MARK: - Rows that check themselves

  /// The numbers of all spaces.
  static func spaces(_ database: Database) throws -> [String: Int64] {
    var spaces: [String: Int64] = [:]
    let rows = try Row.fetchCursor(database, sql: #"SELECT id, name, "check" FROM space"#)
    while let row = try rows.next() {
      let (id, name): (Int64, String) = (row[0], row[1])
      guard row[2] == RowCheck.of(id, parts: Array(name.utf8)) else { throw damage(in: "the names of what remembers") }
      spaces[name] = id
    }
    return spaces
  }

  /// How far a stream has come.
  static func progress(of stream: String, _ database: Database) throws -> StreamProgress? {
    let sql = #"SELECT cursor, time, "check" FROM progress WHERE stream = ?"#
    guard let row = try Row.fetchOne(database.cachedStatement(sql: sql), arguments: [stream]) else { return nil }
    let progress = StreamProgress(cursor: [UInt8](row[0] as Data), serverTime: row[1])
    guard row[2] == check(progress, of: stream) else { throw damage(in: "how far '\(stream)' has come") }
    return progress
  }

  /// The check of a stream's progress.
  static func check(_ progress: StreamProgress, of stream: String) -> Int64 {
    RowCheck.of(Int64(progress.serverTime), parts: Array(stream.utf8), progress.cursor)
  }

  /// A row that is not as it was written.
  static func damage(in what: String) -> any Error { Mistrust(reason: "\(what) is not as it was written") }
}
