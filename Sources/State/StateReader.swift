internal import Foundation
internal import GRDB
internal import Glibc
package import SystemPackage

/// A look at a state, also beside the run that has it: takes no lock, and neither makes nor changes anything.
///
/// All that one look sees was committed at the same time. Valid within the look alone.
package struct StateReader: StateReading {
  private let database: Database
  private let spaces: [String: Int64]

  /// Looks at the state in a folder.
  ///
  /// - Returns: What `body` gives; nil when there is no state.
  /// - Throws: ``StateError`` when a newer release wrote it, when it is damaged, when it cannot be read; what `body` throws.
  package static func look<Value>(at folder: FilePath, _ body: (StateReader) throws -> Value) throws -> Value? {
    let path = folder.appending("state.db")
    while let before = Version(of: path) {
      let result = Result { try read(path, in: folder, isAtRest: !before.hasLog, body) }
      // A database at rest is read without SQLite's locks. If somebody began to write, what was read may be neither old
      // nor new.
      if !before.hasLog, Version(of: path) != before { continue }
      return try result.get()
    }
    return nil
  }

  /// Which process has the state in a folder now; nil when none has.
  package static func holder(of folder: FilePath) -> StateHolder? { StateLock.holder(in: folder) }

  /// The names of the streams that have come to something, in order.
  package func streams() throws -> [String] {
    try String.fetchAll(database, sql: "SELECT stream FROM progress ORDER BY stream")
  }

  package func entries(
    of space: String,
    after key: [UInt8]?,
    limit: Int
  ) throws -> [(key: [UInt8], value: [UInt8])] {
    guard let space = spaces[space] else { return [] }
    return try SQLiteState.entries(of: space, after: key, limit: limit, database)
  }

  package func progress(of stream: String) throws -> StreamProgress? { try StateFile.progress(of: stream, database) }

  // MARK: - Opening

  /// What tells whether a database file was written.
  private struct Version: Equatable {
    var hasLog: Bool
    var file: UInt64
    var size: Int64
    var seconds: Int
    var nanoseconds: Int

    /// Nil when there is no file.
    init?(of path: FilePath) {
      var status = stat()
      guard unsafe stat(path.string, &status) == 0 else { return nil }
      hasLog = unsafe access("\(path)-wal", F_OK) == 0
      (file, size) = (UInt64(status.st_ino), Int64(status.st_size))
      (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
    }
  }

  private static func read<Value>(
    _ path: FilePath,
    in folder: FilePath,
    isAtRest: Bool,
    _ body: (StateReader) throws -> Value
  ) throws -> Value? {
    do {
      let queue = try open(path, isAtRest: isAtRest)
      defer { try? queue.close() }
      return try queue.read { database in
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        // One that is being made is none yet.
        if version == 0, holder(of: folder) != nil { return nil }
        guard try Int.fetchOne(database, sql: "PRAGMA application_id") == Schema.applicationID, version > 0 else {
          throw StateFile.Mistrust(reason: "it is no state of this program")
        }
        if version > Schema.versions.count { throw StateError.newer(path, version) }
        return try body(StateReader(database: database, spaces: StateFile.spaces(database)))
      }
    } catch {
      throw Self.error(error, path)
    }
  }

  private static func open(_ path: FilePath, isAtRest: Bool) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(5)
    // SQLite would make a log, to read none. A SQLite that takes no URLs finds no such file.
    let url = URL(fileURLWithPath: path.string).absoluteString + "?immutable=1"
    if isAtRest, let queue = try? DatabaseQueue(path: url, configuration: configuration) { return queue }
    return try DatabaseQueue(path: path.string, configuration: configuration)
  }

  private static func error(_ error: any Error, _ path: FilePath) -> any Error {
    if let reason = StateFile.mistrust(error) {
      return StateError(
        .damaged,
        path,
        "the state '\(path)' cannot be trusted: \(reason); the next run moves it aside and asks for everything"
      )
    }
    guard let error = error as? DatabaseError else { return error }
    switch error.resultCode {
    case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH, .SQLITE_READONLY, .SQLITE_IOERR:
      return StateError(
        .notWritable,
        path,
        "cannot read the state '\(path)': \(error.message ?? "SQLite does not say why"); ask as the user whose state it is"
      )
    default: return StateError.describing(error, path)
    }
  }
}

/// A process that has a state.
package struct StateHolder: Sendable, Equatable {
  /// Its id, when that is known.
  package let process: Int?

  package init(process: Int?) { self.process = process }
}
