import Qualys
import State
import Streaming
import Synchronization

/// A state in memory: what is stored is there at once.
final class DictionaryState: StateStore {
  private let spaces = Mutex<[String: [[UInt8]: [UInt8]]]>([:])

  func memory(_ space: String, of stream: String) -> any Memory { Lent(state: self, space: space) }

  func entries(of space: String, after key: [UInt8]?, limit: Int) throws -> [(key: [UInt8], value: [UInt8])] {
    let all = spaces.withLock { $0[space] ?? [:] }.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    let rest = key.map { key in all.filter { key.lexicographicallyPrecedes($0.key) } } ?? all
    return rest.prefix(limit).map { ($0.key, $0.value) }
  }

  func store(_ entries: [(key: [UInt8], value: [UInt8])], in space: String) throws {
    spaces.withLock { spaces in
      for (key, value) in entries { spaces[space, default: [:]][key] = value }
    }
  }

  func progress(of stream: String) throws -> StreamProgress? { nil }
  func commit(_ page: Page, marks: UInt32, of stream: String, progress: StreamProgress) throws {}
  func finishRound(
    of stream: String,
    progress: StreamProgress,
    storing entries: [(key: [UInt8], value: [UInt8])],
    in space: String
  ) throws {
    try store(entries, in: space)
  }
  func forgetRounds(
    of stream: String,
    shared: [String],
    progress: StreamProgress,
    storing entries: [(key: [UInt8], value: [UInt8])],
    in space: String
  ) throws {
    spaces.withLock { spaces in
      for name in spaces.keys where name.hasPrefix("\(stream)/") { spaces[name] = nil }
      for name in shared { spaces[name] = spaces[name]?.filter { !$0.key.starts(with: Array(stream.utf8) + [0]) } }
    }
    try store(entries, in: space)
  }
  func abandon(_ stream: String) throws {}
  func prune(_ space: String, olderThan seconds: Int, at time: Int) throws {}

  private struct Lent: Memory {
    let state: DictionaryState
    let space: String

    func values(for keys: [[UInt8]]) throws -> [[UInt8]?] {
      let all = state.spaces.withLock { $0[space] ?? [:] }
      return keys.map { all[$0] }
    }

    func set(_ value: [UInt8], for key: [UInt8], at mark: UInt32, of page: Page) throws {
      try state.store([(key, value)], in: space)
    }

    func end(_ page: Page, marks: UInt32) throws {}
  }
}

extension CallContext {
  /// A context of a test: nothing is kept, and nothing is random.
  static func forTests(_ transport: any Transport, state: DictionaryState = DictionaryState()) -> CallContext {
    CallContext(transport: transport, state: state, stream: "s", now: { 1_000_000 }, jitter: { 0 })
  }
}
