internal import Foundation
internal import GRDB
internal import Glibc
package import Streaming
internal import Synchronization
package import SystemPackage

/// A pipeline's state in one SQLite database in a folder of its own.
///
/// What stages set is held in memory until its page is committed (see ``Overlay`` for how much that is); a commit is
/// durable when it returns. One process at a time has the folder, and each write proves in its transaction that
/// nobody has taken the pipeline over.
package final class SQLiteState: StateStore {
  /// What opening can be told, by tests.
  package struct Settings: Sendable {
    /// Gives the random id that tells this opening from all others.
    package var ownerID: @Sendable () -> String = {
      var generator = SystemRandomNumberGenerator()
      return (0..<2).map { _ in String(generator.next(), radix: 16) }.joined()
    }
    /// How many pages of 4 KiB the database may have; nil for as many as the disk holds.
    package var maximumPages: Int?
    /// Whether a commit must be on the disk when it returns; a state that goes with its run need not wait for one.
    package var isDurable = true

    package init() {}

    fileprivate static let temporary: Settings = {
      var settings = Settings()
      settings.isDurable = false
      return settings
    }()
  }

  /// Who may write: one after another, each opening has a number and an id of its own.
  package struct Tenure: Sendable, Equatable {
    package let number: Int
    package let owner: String

    package init(number: Int, owner: String) {
      self.number = number
      self.owner = owner
    }
  }

  /// Overlays and the numbers of spaces, which several streams ask for at once.
  struct Shared {
    var overlays: [Place: Overlay] = [:]
    var spaces: [String: Int64] = [:]
    /// Why nothing more can be asked of this state.
    var failure: StateError?
  }

  struct Place: Hashable {
    var stream: String
    var space: String
  }

  /// The database that was found and could not be trusted, if one was: a full pull follows.
  package let movedAside: MovedAside?
  package let tenure: Tenure
  package let folder: FilePath

  let file: StateFile
  private let lock: StateLock
  let database: DatabaseQueue
  private let removesFolder: Bool
  let shared: Mutex<Shared>

  /// Opens the state in a folder, which is made when there is none.
  package convenience init(in folder: FilePath, _ settings: Settings = Settings()) throws(StateError) {
    try self.init(in: folder, settings, removesFolder: false)
  }

  /// A state of its own in a temporary folder that goes when it does, for a run that must not move any other.
  package static func temporary() throws(StateError) -> SQLiteState {
    let path = FileManager.default.temporaryDirectory.appending(path: "sluice-state-\(UUID().uuidString)").path
    return try SQLiteState(in: FilePath(path), .temporary, removesFolder: true)
  }

  /// A state of its own as another one is now, in a temporary folder: what happens to it does not happen to that one.
  ///
  /// - Throws: ``StateError`` with code `inUse` while another run has the folder.
  package static func temporary(copying folder: FilePath) throws(StateError) -> SQLiteState {
    let copy = FilePath(
      FileManager.default.temporaryDirectory.appending(path: "sluice-state-\(UUID().uuidString)").path
    )
    guard try self.copy(folder, to: copy) else { return try temporary() }
    return try SQLiteState(in: copy, .temporary, removesFolder: true)
  }

  /// Copies the state in a folder into another one; returns whether there was one.
  ///
  /// - Throws: ``StateError`` with code `inUse` while another run has the folder.
  package static func copy(_ folder: FilePath, to copy: FilePath) throws(StateError) -> Bool {
    let names = ["state.db", "state.db-wal"].filter { unsafe access(folder.appending($0).string, F_OK) == 0 }
    guard !names.isEmpty else { return false }
    try create(copy)
    // Nobody writes as long as this is held.
    let lock = try StateLock(in: folder)
    defer { withExtendedLifetime(lock) {} }
    for name in names {
      do {
        try FileManager.default.copyItem(atPath: folder.appending(name).string, toPath: copy.appending(name).string)
      } catch {
        throw StateError.cannotWrite(copy.appending(name), error)
      }
    }
    return true
  }

  /// Copies what is committed into a folder, which is made; nothing waits for it but other commits.
  package func copy(to folder: FilePath) throws(StateError) {
    try Self.create(folder)
    let path = folder.appending("state.db")
    try attempt("copy") {
      try database.writeWithoutTransaction { try $0.execute(sql: "VACUUM INTO ?", arguments: [path.string]) }
    }
    guard unsafe chmod(path.string, 0o600) == 0 else { throw StateError.cannotWrite(path, Errno(rawValue: errno)) }
  }

  private init(in folder: FilePath, _ settings: Settings, removesFolder: Bool) throws(StateError) {
    try Self.create(folder)
    lock = try StateLock(in: folder)
    let file = StateFile(path: folder.appending("state.db"), settings: settings)
    do {
      let opened = try file.open()
      database = opened.queue
      movedAside = opened.movedAside
      tenure = opened.tenure
      shared = Mutex(Shared(spaces: opened.spaces))
    } catch {
      throw StateError.describing(error, file.path)
    }
    self.file = file
    self.folder = folder
    self.removesFolder = removesFolder
  }

  deinit {
    try? database.close()
    removeIfTemporary()
  }

  /// Removes the folder of a temporary state, at the end of the run that it goes with.
  ///
  /// Whoever still holds the state may hold it until the process is gone, and then nobody removes anything.
  package func removeIfTemporary() {
    if removesFolder { try? FileManager.default.removeItem(atPath: folder.string) }
  }

  private static func create(_ folder: FilePath) throws(StateError) {
    guard !folder.isEmpty, unsafe access(folder.string, F_OK) != 0 else { return }
    try create(folder.removingLastComponent())
    guard unsafe mkdir(folder.string, 0o700) == 0 || errno == EEXIST else {
      throw .cannotWrite(folder, Errno(rawValue: errno))
    }
  }

  /// What SQLite says of how it writes: 2 when every commit reaches the disk before it returns.
  package var synchronous: Int {
    (try? database.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA synchronous") }) ?? -1
  }

  package var isDurable: Bool { !removesFolder }

  // MARK: - What stages remember

  package func memory(_ space: String, of stream: String) -> any Memory {
    StreamMemory(state: self, place: Place(stream: stream, space: space))
  }

  private struct StreamMemory: Memory {
    let state: SQLiteState
    let place: Place

    func values(for keys: [[UInt8]]) throws -> [[UInt8]?] { try state.values(for: keys, place) }

    func set(_ value: [UInt8], for key: [UInt8], at mark: UInt32, of page: Page) throws {
      try state.shared.withLock { try $0.overlays[place, default: Overlay()].set(value, for: key, at: mark, of: page) }
    }

    func end(_ page: Page, marks: UInt32) throws {
      try state.shared.withLock { try $0.overlays[place]?.forget(page, from: marks) }
    }
  }

  private func values(for keys: [[UInt8]], _ place: Place) throws -> [[UInt8]?] {
    let (overlay, space) = shared.withLock { ($0.overlays[place], $0.spaces[place.space]) }
    var values = try keys.map { try overlay?.value(for: $0) }
    // A page that is committed meanwhile leaves the overlay only when the database has it.
    guard let space, values.contains(nil) else { return values }
    try attempt("read") {
      try database.read { database in
        let statement = try RowStatement(#"SELECT value, "check" FROM memory WHERE space = ? AND key = ?"#, database)
        for index in keys.indices where values[index] == nil {
          guard let (value, check) = try statement.find(keys[index], in: space) else { continue }
          values[index] = try Self.value(value, check, of: keys[index], in: space)
        }
      }
    }
    return values
  }

  package func abandon(_ stream: String) {
    shared.withLock { shared in
      for place in shared.overlays.keys where place.stream == stream { shared.overlays[place] = nil }
    }
  }

  // MARK: - Tenure

  /// Makes changes in one transaction, as long as the pipeline is ours.
  func write<Value>(
    _ body: (Database, _ spaces: inout [String: Int64]) throws -> Value
  ) throws(StateError) -> Value {
    var spaces = shared.withLock { $0.spaces }
    let value = try attempt("write") {
      try database.write { database in
        let row = try Row.fetchOne(database, sql: "SELECT number, owner FROM tenure")
        guard let row, row[0] == tenure.number, row[1] == tenure.owner else {
          throw StateError(
            .tenureLost,
            file.path,
            "another run has taken over the state '\(file.path)'; this one stops, and nothing of its page is kept there"
          )
        }
        return try body(database, &spaces)
      }
    }
    shared.withLock { $0.spaces.merge(spaces) { $1 } }
    return value
  }

  // MARK: - Errors

  func attempt<Value>(_ action: String, _ body: () throws -> Value) throws(StateError) -> Value {
    if let failure = shared.withLock({ $0.failure }) { throw failure }
    do {
      return try body()
    } catch {
      if let failure = shared.withLock({ $0.failure }) { throw failure }
      guard let reason = StateFile.mistrust(error) else { throw StateError.describing(error, file.path) }
      throw distrust(reason)
    }
  }

  /// Gives the database up: it is moved aside, so that the next opening begins a new one.
  private func distrust(_ reason: String) -> StateError {
    try? database.close()
    let failure: StateError
    do throws(StateError) {
      let aside = try file.moveAside()
      failure = StateError(
        .damaged,
        file.path,
        "the state '\(file.path)' cannot be trusted: \(reason); it is now '\(aside)', and the next run pulls everything"
      )
    } catch {
      failure = error
    }
    shared.withLock { $0.failure = failure }
    return failure
  }
}
