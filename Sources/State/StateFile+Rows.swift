internal import Foundation
internal import GRDB

/// Rows that say of themselves whether they are as they were written.
extension StateFile {
  /// Looks at all rows: one that a turned bit has put elsewhere would not be missed by anyone.
  ///
  /// - Complexity: O(rows), as quick_check; some seconds for a million.
  func checkRows(_ database: Database, of spaces: Set<Int64>) throws {
    for stream in try String.fetchAll(database, sql: "SELECT stream FROM progress") {
      guard try Self.progress(of: stream, database) != nil else { throw Self.damage(in: "the order of the streams") }
    }
    let rows = try Row.fetchCursor(database, sql: #"SELECT space, key, value, "check" FROM memory"#)
    while let row = try rows.next() {
      let space: Int64 = row[0]
      let check = try row.withUnsafeData(atIndex: 1) { key in
        try row.withUnsafeData(atIndex: 2) { value in RowCheck.of(space, key: key ?? Data(), value: value ?? Data()) }
      }
      guard spaces.contains(space), row[3] == check else { throw Self.damage(in: "what a stage remembers") }
    }
  }

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
