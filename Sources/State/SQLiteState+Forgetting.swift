internal import Foundation
internal import GRDB

extension SQLiteState {
  /// Forgets what is remembered under names that begin with a stream's and a slash, in one transaction.
  package func forget(_ stream: String) throws(StateError) {
    try write { database, spaces in
      for (name, id) in spaces where name.hasPrefix("\(stream)/") {
        try database.execute(sql: "DELETE FROM memory WHERE space = ?", arguments: [id])
      }
    }
  }
}
