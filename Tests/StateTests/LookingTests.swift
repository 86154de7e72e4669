import Foundation
import GRDB
import State
import Streaming
import SystemPackage
import TestSupport
import Testing

/// Looking at a state from outside.
@Suite("Looking at a state")
struct LookingTests {
  /// Names, sizes, modes and times of all that is in a folder.
  private static func listing(_ folder: FilePath) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.string).sorted().map { name in
      let all = try FileManager.default.attributesOfItem(atPath: folder.appending(name).string)
      return "\(name) \(all[.size] ?? 0) \(all[.posixPermissions] ?? 0) \(all[.modificationDate] ?? 0)"
    }
  }

  private static func look(_ folder: StateFolder) throws -> [String: StreamProgress?]? {
    try StateReader.look(at: folder.path) { state in
      try Dictionary(uniqueKeysWithValues: state.streams().map { ($0, try state.progress(of: $0)) })
    }
  }

  @Test("Beside a run that has it, a look sees what is committed, and who has it")
  func beside() throws {
    let folder = try StateFolder()
    let state = try folder.open()
    for number in 0..<3 {
      try state.set("\(number)", for: "key", at: 0, of: .test(number))
      try state.commit(.test(number), at: number)
      #expect(try Self.look(folder)?["s"] == state.progress(of: "s"))
    }
    #expect(StateReader.holder(of: folder.path) == StateHolder(process: Int(getpid())))
  }

  @Test("What is at rest is left as it is")
  func atRest() throws {
    let folder = try StateFolder()
    do {
      let state = try folder.open()
      let page = Page.test()
      try state.set("1", for: "a", at: 0, of: page)
      try state.commit(page, at: 77)
    }
    let before = try Self.listing(folder.path)
    let value = try StateReader.look(at: folder.path) { state in
      try state.entries(of: "ports", after: nil, limit: 10).map { String(decoding: $0.value, as: UTF8.self) }
    }
    #expect(value == ["1"])
    #expect(try Self.look(folder)?["s"] == StreamProgress(cursor: Array("page 0".utf8), serverTime: 77))
    #expect(try Self.listing(folder.path) == before)
  }

  @Test("Where there is none, none is made")
  func none() throws {
    let folder = try StateFolder()
    #expect(try Self.look(folder) == nil)
    #expect(StateReader.holder(of: folder.path) == nil)
    #expect(try folder.folder.names == [])
  }

  @Test(
    "What a newer release wrote, or is damaged, is told and left there",
    arguments: [
      ("PRAGMA user_version = 99", true), ("PRAGMA application_id = 1", false), ("UPDATE space SET id = 9", false),
    ]
  )
  func unusable(sql: String, isNewer: Bool) throws {
    let folder = try StateFolder()
    do {
      let state = try folder.open()
      let page = Page.test()
      try state.set("1", for: "a", at: 0, of: page)
      try state.commit(page)
    }
    let queue = try DatabaseQueue(path: folder.database.string)
    try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
    try queue.close()
    let before = try Self.listing(folder.path)
    let error = try #require(throws: StateError.self) { try Self.look(folder) }
    #expect(error.code == (isNewer ? .newerSchema : .damaged))
    #expect(try Self.listing(folder.path) == before)
  }

  @Test("What a stream's stages remember can be forgotten")
  func forgetting() throws {
    let folder = try StateFolder()
    let state = try folder.open()
    let page = Page.test()
    for space in ["s/ports", "s/ids", "other/ids", "ss/ids"] {
      try state.set("1", for: "a", at: 0, of: page, in: space)
    }
    for key in ["s", "s\u{0}a", "s\u{1}a", "ss\u{0}a"] { try state.set("1", for: key, at: 0, of: page, in: "shared") }
    try state.commit(page)
    let progress = StreamProgress(cursor: [1])
    try state.forgetRounds(
      of: "s",
      shared: ["shared", "unknown"],
      progress: progress,
      storing: [(key: Array("s".utf8), value: Array("2".utf8))],
      in: "windows"
    )
    #expect(try state.all(in: "shared") == ["s": "1", "s\u{1}a": "1", "ss\u{0}a": "1"])
    #expect(try state.all(in: "windows") == ["s": "2"] && state.progress(of: "s") == progress)
    #expect(try state.all(in: "s/ports").isEmpty && state.all(in: "s/ids").isEmpty)
    #expect(try state.all(in: "other/ids") == ["a": "1"] && state.all(in: "ss/ids") == ["a": "1"])
  }
}
