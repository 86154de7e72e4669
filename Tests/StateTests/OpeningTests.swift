import Foundation
import GRDB
import State
import Streaming
import SystemPackage
import TestSupport
import Testing

/// How a state is opened, held and given back.
@Suite("Opening a state")
struct OpeningTests {
  /// Asks the database itself, beside the state.
  private static func ask<Value: DatabaseValueConvertible>(_ folder: StateFolder, _ sql: String) throws -> Value? {
    let queue = try DatabaseQueue(path: folder.database.string)
    defer { try? queue.close() }
    return try queue.read { try Value.fetchOne($0, sql: sql) }
  }

  private static func change(_ folder: StateFolder, _ sql: String) throws {
    let queue = try DatabaseQueue(path: folder.database.string)
    try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
    try queue.close()
  }

  private static func mode(_ path: FilePath) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path.string)[.posixPermissions] as? Int
  }

  @Test("A state that is opened again has exactly what was committed")
  func again() throws {
    let folder = try StateFolder()
    do {
      let state = try folder.open()
      let (first, second) = (Page.test(0), Page.test(1))
      try state.set("1", for: "a", at: 0, of: first)
      try state.commit(first, at: 77)
      try state.set("2", for: "a", at: 0, of: second)
      try state.set("2", for: "b", at: 0, of: second)
    }
    let state = try folder.open()
    #expect(state.movedAside == nil)
    #expect(try state.all() == ["a": "1"])
    #expect(try state.values("a", "b") == ["1", nil])
    #expect(try state.progress(of: "s") == StreamProgress(cursor: Array("page 0".utf8), serverTime: 77))
  }

  @Test("Files are 0600, folders 0700, commits reach the disk")
  func modes() throws {
    let folder = try StateFolder()
    let state = try folder.open()
    try state.commit(.test())
    #expect(state.synchronous == 2)
    #expect(try Self.mode(folder.path) == 0o700)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path.string).sorted()
    #expect(names == ["lock", "state.db", "state.db-shm", "state.db-wal"])
    for name in names { #expect(try Self.mode(folder.path.appending(name)) == 0o600) }
    #expect(try Self.ask(folder, "PRAGMA journal_mode") == "wal")
    #expect(try Self.ask(folder, "PRAGMA application_id") == 0x534C_4345)
    #expect(try Self.ask(folder, "PRAGMA user_version") == 1)
  }

  @Test("A mode that was widened is narrowed")
  func narrowed() throws {
    let folder = try StateFolder()
    _ = try folder.open()
    try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: folder.database.string)
    let state = try folder.open()
    #expect(try Self.mode(folder.database) == 0o600)
    #expect(state.movedAside == nil)
  }

  @Test("Who comes second is told whom to wait for, and gets it when the first is gone")
  func locked() throws {
    let folder = try StateFolder()
    do {
      let state = try folder.open()
      let error = #expect(throws: StateError.self) { try folder.open() }
      #expect(error?.code == .inUse(process: Int(ProcessInfo.processInfo.processIdentifier)))
      #expect(error?.description.contains("process \(ProcessInfo.processInfo.processIdentifier)") == true)
      #expect(try state.all().isEmpty)
    }
    _ = try folder.open()
  }

  @Test("Who finds a state in use closes no file of anybody else")
  func refused() async throws {
    let folder = try StateFolder()
    let state = try folder.open()
    // The number of a file that was closed is the next one's: files of others would be hit.
    let hits = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<2 {
        group.addTask {
          var hits = 0
          var facts = stat()
          while !Task.isCancelled {
            let file = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
            for _ in 0..<10 where unsafe fstat(file, &facts) != 0 { hits += 1 }
            close(file)
          }
          return hits
        }
      }
      for _ in 0..<20 { #expect(throws: StateError.self) { try SQLiteState(in: folder.path) } }
      group.cancelAll()
      return await group.reduce(0, +)
    }
    withExtendedLifetime(state) {}
    #expect(hits == 0)
  }

  @Test("Each opening has a tenure of its own; who lost it writes nothing")
  func tenure() throws {
    let folder = try StateFolder()
    var settings = SQLiteState.Settings()
    settings.ownerID = { "first" }
    #expect(try folder.open(settings).tenure == SQLiteState.Tenure(number: 1, owner: "first"))
    settings.ownerID = { "second" }
    let state = try folder.open(settings)
    #expect(state.tenure == SQLiteState.Tenure(number: 2, owner: "second"))
    try state.set("1", for: "a", at: 0, of: .test())
    // A machine that does not see our lock takes over.
    try Self.change(folder, "UPDATE tenure SET number = 3, owner = 'third'")
    for write: () throws -> Void in [
      { try state.commit(.test()) }, { try state.store([([1], [2])], in: "cache") },
    ] {
      #expect(throws: StateError.self) { try write() }
    }
    let error = #expect(throws: StateError.self) { try state.commit(.test()) }
    #expect(error?.code == .tenureLost)
    #expect(try state.progress(of: "s") == nil)
    #expect(try Self.ask(folder, "SELECT count(*) FROM memory") == 0)
  }

  @Test("A value that changes under an open state ends its use; it is moved aside and the next one is new")
  func damagedMeanwhile() throws {
    let folder = try StateFolder()
    do {
      let state = try folder.open()
      try state.set("1", for: "a", at: 0, of: .test())
      let page = Page.test()
      try state.set("2", for: "a", at: 0, of: page)
      try state.commit(page)
      state.abandon("s")
      try Self.change(folder, "UPDATE memory SET value = x'33'")
      for _ in 0..<2 {
        let error = #expect(throws: StateError.self) { try state.values("a") }
        #expect(error?.code == .damaged)
        #expect(error?.description.contains("corrupt-1") == true)
        #expect(throws: StateError.self) { try state.commit(page) }
      }
    }
    #expect(FileManager.default.fileExists(atPath: "\(folder.database).corrupt-1"))
    let state = try folder.open()
    #expect(try state.all().isEmpty && state.movedAside == nil)
  }

  @Test("Random ids tell openings apart")
  func randomOwner() throws {
    #expect(try SQLiteState.temporary().tenure.owner != SQLiteState.temporary().tenure.owner)
  }

  @Test("A newer release's state is refused and left as it is")
  func newer() throws {
    let folder = try StateFolder()
    _ = try folder.open()
    try Self.change(folder, "CREATE TABLE later (a); PRAGMA user_version = 2")
    let before = try Data(contentsOf: URL(filePath: folder.database.string))
    let error = #expect(throws: StateError.self) { try folder.open() }
    #expect(error?.code == .newerSchema)
    #expect(error?.description.contains("version 2; this one knows 1") == true)
    #expect(try Data(contentsOf: URL(filePath: folder.database.string)) == before)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path.string).sorted() == ["lock", "state.db"])
  }

  @Test("A folder that cannot be made or written to is named")
  func unwritable() throws {
    let folder = try TemporaryFolder()
    try Data().write(to: folder.url.appending(path: "file"))
    let path = FilePath(folder.path("file")).appending("state")
    let error = #expect(throws: StateError.self) { try SQLiteState(in: path) }
    #expect(error?.code == .notWritable)
    #expect(error?.description.contains(path.string) == true)
  }

  @Test("A temporary state waits for no disk and leaves no folder behind")
  func temporary() throws {
    let path: FilePath
    do {
      let state = try SQLiteState.temporary()
      #expect(state.synchronous == 0)
      path = state.folder
      try state.commit(.test())
      #expect(FileManager.default.fileExists(atPath: path.string))
    }
    #expect(!FileManager.default.fileExists(atPath: path.string))
  }
}
