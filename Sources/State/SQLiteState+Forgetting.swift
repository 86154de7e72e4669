internal import Foundation
internal import GRDB

extension SQLiteState {
  package func forgetRounds(
    of stream: String,
    shared: [String],
    progress: StreamProgress,
    storing entries: [(key: [UInt8], value: [UInt8])],
    in space: String
  ) throws(StateError) {
    let name = Array(stream.utf8)
    try write { database, spaces in
      for (other, id) in spaces where other.hasPrefix("\(stream)/") {
        try database.execute(sql: "DELETE FROM memory WHERE space = ?", arguments: [id])
      }
      for id in shared.compactMap({ spaces[$0] }) {
        try database.execute(
          sql: "DELETE FROM memory WHERE space = ? AND key >= ? AND key < ?",
          arguments: [id, Data(name + [0]), Data(name + [1])]
        )
      }
      try Self.write(entries, in: space, at: 0, database, &spaces)
      try Self.write(progress, of: stream, database)
    }
  }
}
