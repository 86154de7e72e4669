internal import Foundation
internal import GRDB

extension SQLiteState {
  /// Gives what is kept of a stream to another name, in one transaction.
  ///
  /// Nothing happens when nothing is kept under the old name, or something is under the new one.
  ///
  /// - Parameter shared: Spaces of all streams, in which a key is a stream's name, ends in `/` and one, or begins with one and a
  ///   zero byte.
  /// - Returns: Whether there was something to rename.
  package func rename(_ old: String, to new: String, in shared: [String]) throws(StateError) -> Bool {
    try write { database, spaces in
      guard let progress = try StateFile.progress(of: old, database),
        try StateFile.progress(of: new, database) == nil,
        !spaces.keys.contains(where: { $0.hasPrefix("\(new)/") })
      else { return false }
      try database.execute(sql: "DELETE FROM progress WHERE stream = ?", arguments: [old])
      try Self.write(progress, of: new, database)
      for (name, id) in spaces where name.hasPrefix("\(old)/") {
        let renamed = new + name.dropFirst(old.count)
        try database.execute(
          sql: #"UPDATE space SET name = ?, "check" = ? WHERE id = ?"#,
          arguments: [renamed, RowCheck.of(id, parts: Array(renamed.utf8)), id]
        )
        spaces[renamed] = id
      }
      for name in shared { try Self.rename(old, to: new, inKeysOf: name, database, &spaces) }
      return true
    }
  }

  private static func rename(
    _ old: String,
    to new: String,
    inKeysOf name: String,
    _ database: Database,
    _ spaces: inout [String: Int64]
  ) throws {
    guard let space = spaces[name] else { return }
    let rows = try Row.fetchAll(
      database,
      sql: #"SELECT key, value, "check" FROM memory WHERE space = ?"#,
      arguments: [space]
    )
    for row in rows {
      let key = [UInt8](row[0] as Data)
      guard let renamed = renamed(key, from: Array(old.utf8), to: Array(new.utf8)) else { continue }
      let value = try value([UInt8](row[1] as Data), row[2], of: key, in: space)
      try database.execute(sql: "DELETE FROM memory WHERE space = ? AND key = ?", arguments: [space, Data(key)])
      try write([(renamed, value)], in: name, at: 0, database, &spaces)
    }
  }

  /// A key with the new name: `STREAM`, `WORD/STREAM`, or `STREAM`, a zero byte and more; nil for another stream's.
  private static func renamed(_ key: [UInt8], from old: [UInt8], to new: [UInt8]) -> [UInt8]? {
    if key == old || key.starts(with: old + [0]) { return new + key.dropFirst(old.count) }
    let slash = UInt8(ascii: "/")
    return key.suffix(old.count + 1).elementsEqual([slash] + old) ? key.dropLast(old.count) + new : nil
  }
}
