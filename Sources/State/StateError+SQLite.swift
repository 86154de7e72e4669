internal import GRDB
internal import SystemPackage

extension StateError {
  /// What an error that the database gave means to a person.
  static func describing(_ error: any Error, _ path: FilePath) -> StateError {
    if let error = error as? StateError { return error }
    guard let error = error as? DatabaseError else { return StateError(.failed, path, "the state '\(path)': \(error)") }
    let what = error.message ?? "SQLite error \(error.resultCode.rawValue)"
    switch error.resultCode {
    case .SQLITE_FULL:
      return StateError(.full, path, "no room for the state '\(path)': \(what); free space on that file system")
    case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH:
      return StateError(
        .notWritable,
        path,
        "cannot write the state '\(path)': \(what); give this user the right to write there, or name another folder"
      )
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      return StateError(
        .inUse(process: nil),
        path,
        "another program is writing the state '\(path)'; wait until it ends"
      )
    default:
      let code = error.extendedResultCode.rawValue
      return StateError(
        .failed,
        path,
        "the state '\(path)' failed: \(what) (SQLite's code \(code)); look at its file system, then run again"
      )
    }
  }
}
