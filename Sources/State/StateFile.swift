internal import Foundation
internal import GRDB
internal import Glibc
internal import SystemPackage

/// The database file of a state: made, opened, mistrusted.
struct StateFile {
  /// What a database is like that we do not go on with.
  struct Mistrust: Error {
    let reason: String
  }

  let path: FilePath
  let settings: SQLiteState.Settings

  /// A database that is open.
  struct Opened {
    let queue: DatabaseQueue
    let tenure: SQLiteState.Tenure
    let spaces: [String: Int64]
    /// What was found in its place and moved.
    var movedAside: MovedAside?
  }

  /// Opens the database, or moves it aside and begins a new one when it cannot be trusted.
  ///
  /// - Throws: ``StateError`` when a newer release wrote it, and when it can be neither read nor made.
  func open() throws -> Opened {
    do {
      return try openTrusting()
    } catch {
      guard let reason = mistrustOpening(error) else { throw error }
      let aside = try moveAside()
      var opened = try openTrusting()
      opened.movedAside = MovedAside(path: aside, reason: reason)
      return opened
    }
  }

  /// Why an error means that a database cannot be trusted; nil when it means something else.
  static func mistrust(_ error: any Error) -> String? {
    if let error = error as? Mistrust { return error.reason }
    guard let error = error as? DatabaseError else { return nil }
    switch error.resultCode {
    case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT: return error.message ?? "it is damaged"
    default: return nil
    }
  }

  /// What an error means while a database is opened, when fewer things can be our own mistake.
  private func mistrustOpening(_ error: any Error) -> String? {
    if let reason = Self.mistrust(error) { return reason }
    guard let error = error as? DatabaseError else { return nil }
    switch error.resultCode {
    // A table that is not there, or is there already.
    case .SQLITE_ERROR, .SQLITE_SCHEMA: return error.message ?? "its tables are not ours"
    // A header that asks for a newer SQLite.
    case .SQLITE_READONLY where unsafe access(path.string, W_OK) == 0: return error.message ?? "its header is damaged"
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

  private func openTrusting() throws -> Opened {
    let isNew = try create()
    var configuration = Configuration()
    configuration.busyMode = .timeout(5)
    let queue = try DatabaseQueue(path: path.string, configuration: configuration)
    do {
      return try queue.writeWithoutTransaction { database in
        let version = try check(database, isNew: isNew)
        if let maximumPages = settings.maximumPages {
          try database.execute(sql: "PRAGMA max_page_count = \(maximumPages)")
        }
        try Schema.migrate(database, from: version)
        guard try Schema.isThat(of: database) else { throw Mistrust(reason: "its tables are not ours") }
        try settings.isDurable ? makeDurable(database) : makeFast(database)
        let spaces = try Self.spaces(database)
        try checkRows(database, of: Set(spaces.values))
        return Opened(queue: queue, tenure: try beginTenure(database), spaces: spaces)
      }
    } catch {
      try? queue.close()
      throw error
    }
  }

  /// Makes the pipeline ours: whoever had it before finds another's name there.
  private func beginTenure(_ database: Database) throws -> SQLiteState.Tenure {
    let number = (try Int.fetchOne(database, sql: "SELECT number FROM tenure") ?? 0) + 1
    let tenure = SQLiteState.Tenure(number: number, owner: settings.ownerID())
    try database.execute(
      sql: "INSERT OR REPLACE INTO tenure VALUES (1, ?, ?)",
      arguments: [tenure.number, tenure.owner]
    )
    return tenure
  }

  /// Makes an empty file, mode 0600, which SQLite's other files take over; says whether there was none.
  private func create() throws -> Bool {
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
      guard unsafe chmod(path.string, 0o600) == 0 else { throw StateError.cannotWrite(path, Errno(rawValue: errno)) }
      try checkBeginning()
      return false
    } catch let error as Errno {
      throw StateError.cannotWrite(path, error)
    }
  }

  /// Looks at the first bytes before SQLite does, which would throw away the WAL of a file that was emptied.
  private func checkBeginning() throws {
    let descriptor = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
    defer { try? descriptor.close() }
    var beginning = [UInt8](repeating: 0, count: 16)
    let count = try unsafe beginning.withUnsafeMutableBytes { unsafe try descriptor.read(into: $0) }
    if count == 0 { throw Mistrust(reason: "it is empty") }
    guard beginning == Array("SQLite format 3\0".utf8) else { throw Mistrust(reason: "it is no SQLite database") }
  }

  /// The version of a database that can be trusted.
  private func check(_ database: Database, isNew: Bool) throws -> Int {
    if isNew { return 0 }
    let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    let application = try Int.fetchOne(database, sql: "PRAGMA application_id")
    guard application == Schema.applicationID else { throw Mistrust(reason: "it is no state of this program") }
    guard version > 0 else { throw Mistrust(reason: "its version is \(version)") }
    guard version <= Schema.versions.count else {
      throw StateError.newer(path, version)
    }
    let problems = try String.fetchAll(database, sql: "PRAGMA quick_check(3)")
    guard problems == ["ok"] else { throw Mistrust(reason: problems.joined(separator: "; ")) }
    return version
  }

  /// Has commits wait for no disk.
  private func makeFast(_ database: Database) throws {
    try database.execute(sql: "PRAGMA synchronous = OFF")
    _ = try String.fetchOne(database, sql: "PRAGMA journal_mode = MEMORY")
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
}
