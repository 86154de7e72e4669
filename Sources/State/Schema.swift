internal import GRDB

/// The tables, and how those of every release become those of this one.
enum Schema {
  /// `SLCE`, so that `file` and we know our own.
  static let applicationID = 0x534C_4345

  /// What leads from each version to the next; lines are added here and never changed.
  ///
  /// `"check"` is a ``RowCheck`` of the rest of a row, but for the time of what is remembered. The tables are strict, so
  /// that quick_check finds values of other types before anyone reads them.
  static let versions = [
    """
    CREATE TABLE space (id INTEGER PRIMARY KEY, name TEXT NOT NULL, "check" INTEGER NOT NULL) STRICT;
    CREATE TABLE memory (
      space INTEGER NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, time INTEGER NOT NULL, "check" INTEGER NOT NULL,
      PRIMARY KEY (space, key)
    ) WITHOUT ROWID, STRICT;
    CREATE TABLE progress (
      stream TEXT PRIMARY KEY, cursor BLOB NOT NULL, time INTEGER NOT NULL, "check" INTEGER NOT NULL
    ) WITHOUT ROWID, STRICT;
    CREATE TABLE tenure (id INTEGER PRIMARY KEY CHECK (id = 1), number INTEGER NOT NULL, owner TEXT NOT NULL) STRICT;
    """
  ]

  /// Brings a database from one version to the newest, or leaves it as it is.
  static func migrate(_ database: Database, from version: Int) throws {
    guard version < versions.count else { return }
    try database.inTransaction(.immediate) {
      for step in versions[version...] { try database.execute(sql: step) }
      try database.execute(sql: "PRAGMA application_id = \(applicationID)")
      try database.execute(sql: "PRAGMA user_version = \(versions.count)")
      return .commit
    }
  }

  /// Whether a database has exactly these tables.
  static func isThat(of database: Database) throws -> Bool {
    try tables(of: database)
      == DatabaseQueue().write { fresh in
        for step in versions { try fresh.execute(sql: step) }
        return try tables(of: fresh)
      }
  }

  private static func tables(of database: Database) throws -> [String] {
    try String.fetchAll(database, sql: "SELECT name || ': ' || coalesce(sql, '') FROM sqlite_master ORDER BY name")
  }
}
