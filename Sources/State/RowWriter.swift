internal import GRDB

/// Writes what stages remember in one space, within one access to the database.
struct RowWriter {
  /// The space's number; nil as long as nothing was written in it.
  private(set) var space: Int64?

  private let name: String
  private let time: Int
  private let database: Database
  private var statement: RowStatement?

  init(_ name: String, at time: Int, _ space: Int64?, _ database: Database) {
    self.name = name
    self.time = time
    self.space = space
    self.database = database
  }

  mutating func write(_ key: [UInt8], _ value: [UInt8]) throws {
    let space = try space ?? add()
    let statement = try statement ?? RowStatement("INSERT OR REPLACE INTO memory VALUES (?, ?, ?, ?, ?)", database)
    self.space = space
    self.statement = statement
    try statement.write(key, value, at: time, check: RowCheck.of(space, key: key, value: value), in: space)
  }

  /// Gives the space a number.
  private func add() throws -> Int64 {
    let id = (try Int64.fetchOne(database, sql: "SELECT max(id) FROM space") ?? 0) + 1
    try database.execute(
      sql: "INSERT INTO space VALUES (?, ?, ?)",
      arguments: [id, name, RowCheck.of(id, parts: Array(name.utf8))]
    )
    return id
  }
}
