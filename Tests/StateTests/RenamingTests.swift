import State
import Streaming
import SystemPackage
import TestSupport
import Testing

/// Streams that have another name now.
@Suite struct RenamingTests {
  private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  private static func fill(_ state: SQLiteState, _ stream: String) throws {
    try state.store([(bytes("key"), bytes("of \(stream)"))], in: "\(stream)/deduplicate")
    try state.store(
      [
        (bytes(stream), bytes("window")), (bytes("last/\(stream)"), bytes("7")), (bytes("\(stream)\u{0}x"), bytes("8")),
      ],
      in: "windows"
    )
    try state.finishRound(
      of: stream,
      progress: StreamProgress(cursor: bytes("cursor"), serverTime: 7),
      storing: [],
      in: "windows"
    )
  }

  private static func text(_ state: SQLiteState, _ space: String) throws -> [String] {
    try state.entries(of: space, after: nil, limit: .max).map {
      "\(String(decoding: $0.key, as: UTF8.self))=\(String(decoding: $0.value, as: UTF8.self))"
    }
  }

  @Test func whatIsKeptHasTheNewName() throws {
    let folder = try TemporaryFolder()
    let path = FilePath(folder.path("state"))
    do {
      let state = try SQLiteState(in: path)
      try Self.fill(state, "old")
      try Self.fill(state, "older")
      #expect(try state.rename("old", to: "new", in: ["windows", "none"]))
    }
    // Another process reads it, and trusts it.
    let state = try SQLiteState(in: path)
    #expect(state.movedAside == nil)
    #expect(try state.progress(of: "old") == nil)
    #expect(try state.progress(of: "new") == StreamProgress(cursor: Self.bytes("cursor"), serverTime: 7))
    #expect(try Self.text(state, "new/deduplicate") == ["key=of old"])
    #expect(try Self.text(state, "old/deduplicate") == [])
    #expect(try Self.text(state, "older/deduplicate") == ["key=of older"])
    let keys = ["last/new=7", "last/older=7", "new=window", "new\u{0}x=8", "older=window", "older\u{0}x=8"]
    #expect(try Self.text(state, "windows") == keys)
    #expect(try StateReader.look(at: path) { try $0.streams() } == ["new", "older"])
  }

  @Test("nothing happens without an old one, or beside a new one", arguments: [[], ["new"], ["old", "new"]])
  func nothing(streams: [String]) throws {
    let state = try SQLiteState.temporary()
    for stream in streams { try Self.fill(state, stream) }
    #expect(try !state.rename("old", to: "new", in: ["windows"]))
    for stream in streams { #expect(try Self.text(state, "\(stream)/deduplicate") == ["key=of \(stream)"]) }
  }

  @Test func streamsCanBeLookedAtBesideARun() throws {
    let folder = try TemporaryFolder()
    #expect(try StateReader.look(at: FilePath(folder.path("none"))) { try $0.streams() } == nil)
    let state = try SQLiteState(in: FilePath(folder.path("state")))
    try Self.fill(state, "one")
    #expect(try StateReader.look(at: FilePath(folder.path("state"))) { try $0.streams() } == ["one"])
    try Self.fill(state, "two")
    #expect(try StateReader.look(at: FilePath(folder.path("state"))) { try $0.streams() } == ["one", "two"])
  }
}
