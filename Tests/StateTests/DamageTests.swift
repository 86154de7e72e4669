import Foundation
import State
import Streaming
import SystemPackage
import TestSupport
import Testing

/// A state that is cut, turned over or full is moved aside or says so; it never answers wrongly.
@Suite("Damaged and full states")
struct DamageTests {
  private static let committed = Dictionary(uniqueKeysWithValues: (0..<120).map { ("key \($0)", "value \($0 * 7919)") })

  /// A folder with a state of several pages that was closed, and its bytes.
  private static func filled() throws -> (folder: StateFolder, bytes: Data) {
    let folder = try StateFolder()
    do {
      let state = try folder.open()
      let page = Page.test()
      for (key, value) in committed.sorted(by: { $0.key < $1.key }) { try state.set(value, for: key, at: 0, of: page) }
      try state.set("1", for: "a", at: 0, of: page, in: "other space")
      try state.commit(page)
    }
    return (folder, try Data(contentsOf: URL(filePath: folder.database.string)))
  }

  /// Opens a state with other bytes and looks at all of it: what it says is right, less than right, or an error.
  private static func check(_ bytes: Data, in folder: StateFolder, _ what: String) throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path.string) where name != "lock" {
      try FileManager.default.removeItem(atPath: folder.path.appending(name).string)
    }
    try bytes.write(to: URL(filePath: folder.database.string))
    do {
      let state = try folder.open()
      if let aside = state.movedAside {
        #expect(!aside.reason.isEmpty)
        #expect(try Data(contentsOf: URL(filePath: aside.path.string)) == bytes, "\(what)")
        #expect(try state.all().isEmpty && state.progress(of: "s") == nil, "\(what)")
        return
      }
      // Looking up may miss what a turned bit has hidden, and then it is asked for again; it never finds what was not set.
      for (key, value) in Self.committed {
        let found = try state.values(key)[0]
        #expect(found == value || found == nil, "\(what): '\(key)' is \(found ?? "")")
      }
      #expect(try state.all() == Self.committed, "\(what)")
      let progress = try state.progress(of: "s")
      #expect(progress == StreamProgress(cursor: Array("page 0".utf8), serverTime: 1000), "\(what)")
    } catch let error as StateError {
      #expect([.damaged, .newerSchema].contains(error.code), "\(what): \(error)")
      guard error.code == .damaged else { return }
      // It was moved aside: the next opening begins anew.
      #expect(try folder.open().all().isEmpty, "\(what)")
      #expect(FileManager.default.fileExists(atPath: "\(folder.database).corrupt-1"), "\(what)")
    }
  }

  @Test("Cut at every 512 bytes")
  func truncated() throws {
    let (folder, bytes) = try Self.filled()
    #expect(bytes.count > 5 * 4096)
    for length in stride(from: 0, to: bytes.count, by: 512) {
      try Self.check(bytes.prefix(length), in: folder, "cut to \(length)")
    }
    try Self.check(bytes, in: folder, "whole")
  }

  @Test("Bits turned over", arguments: 0..<4)
  func flipped(seed: Int) throws {
    let (folder, bytes) = try Self.filled()
    for round in 0..<120 {
      // Places spread over the file, and every bit of the header's numbers in turn.
      let place = round % 4 == 0 ? (round + seed * 30) % 100 : (round * 7919 + seed * 104_729) % bytes.count
      var changed = bytes
      changed[place] ^= 1 << UInt8((round + seed) % 8)
      try Self.check(changed, in: folder, "bit \((round + seed) % 8) of byte \(place)")
    }
  }

  @Test("No database at all", arguments: ["", "hello", String(repeating: "x", count: 10_000)])
  func nonsense(text: String) throws {
    let (folder, _) = try Self.filled()
    try Self.check(Data(text.utf8), in: folder, "'\(text.prefix(5))'")
    let state = try folder.open()
    #expect(state.movedAside == nil)
  }

  @Test("What is moved aside goes with its companions, and gets a number of its own")
  func companions() throws {
    let (folder, _) = try Self.filled()
    for number in 1...3 {
      for suffix in ["", "-wal", "-shm"] {
        try Data("no database".utf8).write(to: URL(filePath: "\(folder.database)\(suffix)"))
      }
      #expect(try folder.open().movedAside?.path == FilePath("\(folder.database).corrupt-\(number)"))
      #expect(FileManager.default.fileExists(atPath: "\(folder.database).corrupt-\(number)-wal"))
    }
  }

  @Test("A WAL that is lost or cut gives an older state, never another")
  func lostLog() throws {
    let (folder, bytes) = try Self.filled()
    let state = try folder.open()
    let page = Page.test(1)
    try state.set("new", for: "key 0", at: 0, of: page)
    try state.commit(page)
    let (database, log) = try (
      Data(contentsOf: URL(filePath: folder.database.string)),
      Data(contentsOf: URL(filePath: "\(folder.database)-wal"))
    )
    #expect(database == bytes && !log.isEmpty)
    for length in stride(from: 0, through: log.count, by: 512) {
      let copy = try StateFolder()
      _ = try copy.open()
      try database.write(to: URL(filePath: copy.database.string))
      try log.prefix(length).write(to: URL(filePath: "\(copy.database)-wal"))
      let reopened = try copy.open()
      #expect(reopened.movedAside == nil)
      let progress = try #require(try reopened.progress(of: "s"))
      let isNew = progress.cursor == Array("page 1".utf8)
      #expect(try reopened.values("key 0", "key 1") == [isNew ? "new" : "value 0", "value 7919"])
      #expect(length < log.count || isNew)
    }
  }

  // MARK: - Room

  @Test("A commit that finds no room changes nothing, says so, and can be tried again")
  func full() throws {
    let page = Page.test(1)
    let (source, bytes) = try Self.filled()
    let pages = bytes.count / 4096
    var refused = 0
    for room in 0... {
      let folder = try StateFolder()
      _ = try folder.open()
      try bytes.write(to: URL(filePath: folder.database.string))
      var settings = SQLiteState.Settings()
      settings.maximumPages = pages + room
      do {
        let state = try folder.open(settings)
        for number in 0..<400 { try state.set("new", for: "new key \(number)", at: 0, of: page) }
        do {
          try state.commit(page)
          break
        } catch let error as StateError {
          refused += 1
          #expect(error.code == .full)
          #expect(error.description.contains(folder.database.string) && error.description.contains("free space"))
          #expect(try state.all() == Self.committed)
          #expect(try state.values("new key 399") == ["new"])
        }
      }
      let state = try folder.open()
      #expect(try state.all() == Self.committed)
      #expect(try state.progress(of: "s")?.cursor == Array("page 0".utf8))
      for number in 0..<400 { try state.set("new", for: "new key \(number)", at: 0, of: page) }
      try state.commit(page)
      #expect(try state.all().count == Self.committed.count + 400)
    }
    #expect(refused > 2)
    _ = source
  }
}
