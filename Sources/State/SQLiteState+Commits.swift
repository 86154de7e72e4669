internal import Foundation
internal import GRDB
package import Streaming
internal import Synchronization

extension SQLiteState {
  package func entries(
    of space: String,
    after key: [UInt8]?,
    limit: Int
  ) throws(StateError) -> [(key: [UInt8], value: [UInt8])] {
    guard let space = shared.withLock({ $0.spaces[space] }) else { return [] }
    return try attempt("read") {
      try database.read { try Self.entries(of: space, after: key, limit: limit, $0) }
    }
  }

  package func progress(of stream: String) throws(StateError) -> StreamProgress? {
    try attempt("read") { try database.read { try StateFile.progress(of: stream, $0) } }
  }

  package func commit(
    _ page: Page,
    marks: UInt32,
    of stream: String,
    progress: StreamProgress
  ) throws(StateError) {
    let overlays = shared.withLock { $0.overlays.filter { $0.key.stream == stream } }
    try write { database, spaces in
      for (place, overlay) in overlays {
        var rows = RowWriter(place.space, at: progress.serverTime, spaces[place.space], database)
        try overlay.forEachEntry(of: page, below: marks) { try rows.write($0, $1) }
        spaces[place.space] = rows.space
      }
      try Self.write(progress, of: stream, database)
    }
    shared.withLock { shared in
      for place in overlays.keys { shared.overlays[place]?.remove(page) }
    }
  }

  package func finishRound(
    of stream: String,
    progress: StreamProgress,
    storing entries: [(key: [UInt8], value: [UInt8])],
    in space: String
  ) throws(StateError) {
    try write { database, spaces in
      try Self.write(entries, in: space, at: 0, database, &spaces)
      try Self.write(progress, of: stream, database)
    }
  }

  package func store(_ entries: [(key: [UInt8], value: [UInt8])], in space: String) throws(StateError) {
    try write { database, spaces in try Self.write(entries, in: space, at: 0, database, &spaces) }
  }

  /// How many rows one transaction of ``prune(_:olderThan:at:)`` looks at.
  private static let prunedAtOnce = 20_000

  package func prune(_ space: String, olderThan seconds: Int, at time: Int) throws(StateError) {
    guard let space = shared.withLock({ $0.spaces[space] }) else { return }
    var first = Data()
    while true {
      // A range of keys at a time, so that no transaction is long.
      let next = try write { database, _ in
        let next = try Data.fetchOne(
          database,
          sql: "SELECT key FROM memory WHERE space = ? AND key >= ? ORDER BY key LIMIT 1 OFFSET ?",
          arguments: [space, first, Self.prunedAtOnce]
        )
        let range = "space = ? AND key >= ?" + (next == nil ? "" : " AND key < ?")
        let keys: StatementArguments = next.map { [space, first, $0] } ?? [space, first]
        try database.execute(
          sql: "DELETE FROM memory WHERE \(range) AND time <> 0 AND time < ?",
          arguments: keys + [time - seconds]
        )
        // What was set at no known time is as old as its first pruning.
        try database.execute(
          sql: "UPDATE memory SET time = ? WHERE \(range) AND time = 0",
          arguments: [time] + keys
        )
        return next
      }
      guard let next else { return }
      first = next
    }
  }

  // MARK: - Rows

  static func entries(
    of space: Int64,
    after key: [UInt8]?,
    limit: Int,
    _ database: Database
  ) throws -> [(key: [UInt8], value: [UInt8])] {
    // Above nothing is above the empty key, or it.
    let statement = try database.cachedStatement(
      sql: """
        SELECT key, value, "check" FROM memory WHERE space = ? AND key \(key == nil ? ">=" : ">") ? \
        ORDER BY key LIMIT ?
        """
    )
    return try Row.fetchAll(statement, arguments: [space, Data(key ?? []), limit]).map { row in
      let key = [UInt8](row[0] as Data)
      return (key, try value([UInt8](row[1] as Data), row[2], of: key, in: space))
    }
  }

  static func value(_ value: [UInt8], _ check: Int64, of key: [UInt8], in space: Int64) throws -> [UInt8] {
    guard RowCheck.of(space, key: key, value: value) == check else {
      throw StateFile.damage(in: "what a stage remembers")
    }
    return value
  }

  static func write(_ progress: StreamProgress, of stream: String, _ database: Database) throws {
    try database.cachedStatement(sql: "INSERT OR REPLACE INTO progress VALUES (?, ?, ?, ?)").execute(arguments: [
      stream, Data(progress.cursor), progress.serverTime, StateFile.check(progress, of: stream),
    ])
  }

  static func write(
    _ entries: [(key: [UInt8], value: [UInt8])],
    in name: String,
    at time: Int,
    _ database: Database,
    _ spaces: inout [String: Int64]
  ) throws {
    var rows = RowWriter(name, at: time, spaces[name], database)
    for (key, value) in entries { try rows.write(key, value) }
    spaces[name] = rows.space
  }
}
