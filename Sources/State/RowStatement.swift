internal import GRDB
internal import GRDBSQLite

/// Looks up or writes what stages remember, a row at a time.
///
/// GRDB makes a list of values for each execution and another for each row; here SQLite reads the bytes where they are, which
/// is three times as fast. Valid within the access to the database alone.
@safe
struct RowStatement {
  private let statement: OpaquePointer
  private let connection: OpaquePointer?

  /// Prepares SQL with a space and a key for its first two parameters, or has it prepared from before.
  init(_ sql: String, _ database: Database) throws {
    unsafe statement = try database.cachedStatement(sql: sql).sqliteStatement
    unsafe connection = database.sqliteConnection
  }

  /// Finds the row of a key, with a value and a check in its first two columns.
  func find(_ key: [UInt8], in space: Int64) throws -> (value: [UInt8], check: Int64)? {
    try unsafe key.withUnsafeBytes { key in
      defer { clear() }
      unsafe sqlite3_bind_int64(statement, 1, space)
      unsafe bind(2, key)
      return try step() ? unsafe (value, sqlite3_column_int64(statement, 1)) : nil
    }
  }

  /// Writes a row: what follows the key are its value, a time and a check.
  func write(_ key: [UInt8], _ value: [UInt8], at time: Int, check: Int64, in space: Int64) throws {
    try unsafe key.withUnsafeBytes { key in
      try unsafe value.withUnsafeBytes { value in
        defer { clear() }
        unsafe sqlite3_bind_int64(statement, 1, space)
        unsafe bind(2, key)
        unsafe bind(3, value)
        unsafe sqlite3_bind_int64(statement, 4, Int64(time))
        unsafe sqlite3_bind_int64(statement, 5, check)
        _ = try step()
      }
    }
  }

  /// Binds bytes that stay where they are until the statement is cleared.
  private func bind(_ index: Int32, _ bytes: UnsafeRawBufferPointer) {
    if let start = bytes.baseAddress, bytes.count > 0 {
      unsafe sqlite3_bind_blob(statement, index, start, Int32(bytes.count), nil)
    } else {
      unsafe sqlite3_bind_zeroblob(statement, index, 0)
    }
  }

  /// The bytes of the first column.
  private var value: [UInt8] {
    let start = unsafe sqlite3_column_blob(statement, 0)
    return unsafe Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, 0))))
  }

  /// Whether there is a row.
  private func step() throws -> Bool {
    let code = unsafe sqlite3_step(statement)
    if code == SQLITE_ROW { return true }
    if code == SQLITE_DONE { return false }
    let message = unsafe String(cString: sqlite3_errmsg(connection))
    throw DatabaseError(
      resultCode: ResultCode(rawValue: code),
      message: message,
      sql: unsafe String(cString: sqlite3_sql(statement))
    )
  }

  /// What was bound is the caller's.
  private func clear() {
    unsafe sqlite3_reset(statement)
    unsafe sqlite3_clear_bindings(statement)
  }
}
