package import State
package import Streaming
internal import Synchronization

/// A state that lives as long as its test, and does to what stages set what the real one does.
package final class MemoryState: StateStore {
  private struct Shared {
    var overlays: [String: [String: Overlay]] = [:]
    var spaces: [String: [[UInt8]: (value: [UInt8], time: Int)]] = [:]
    var progress: [String: StreamProgress] = [:]
  }
  private let shared = Mutex(Shared())

  package init() {}

  private struct StreamMemory: Memory {
    let state: MemoryState
    let space: String
    let stream: String

    func values(for keys: [[UInt8]]) throws -> [[UInt8]?] {
      try state.shared.withLock { shared in
        try keys.map { try shared.overlays[stream]?[space]?.value(for: $0) ?? shared.spaces[space]?[$0]?.value }
      }
    }

    func set(_ value: [UInt8], for key: [UInt8], at mark: UInt32, of page: Page) throws {
      try state.shared.withLock {
        try $0.overlays[stream, default: [:]][space, default: Overlay()].set(value, for: key, at: mark, of: page)
      }
    }

    func end(_ page: Page, marks: UInt32) throws {
      try state.shared.withLock { try $0.overlays[stream]?[space]?.forget(page, from: marks) }
    }
  }

  package func memory(_ space: String, of stream: String) -> any Memory {
    StreamMemory(state: self, space: space, stream: stream)
  }

  package func entries(of space: String, after key: [UInt8]?, limit: Int) -> [(key: [UInt8], value: [UInt8])] {
    let all = shared.withLock { $0.spaces[space] ?? [:] }
    let keys = all.keys.filter { one in key.map { $0.lexicographicallyPrecedes(one) } ?? true }
    return keys.sorted { $0.lexicographicallyPrecedes($1) }.prefix(limit).map { ($0, all[$0]?.value ?? []) }
  }

  package func store(_ entries: [(key: [UInt8], value: [UInt8])], in space: String) {
    shared.withLock { shared in
      for (key, value) in entries { shared.spaces[space, default: [:]][key] = (value, 0) }
    }
  }

  package func progress(of stream: String) -> StreamProgress? { shared.withLock { $0.progress[stream] } }

  package func commit(_ page: Page, marks: UInt32, of stream: String, progress: StreamProgress) throws {
    try shared.withLock { shared in
      for (space, overlay) in shared.overlays[stream] ?? [:] {
        try overlay.forEachEntry(of: page, below: marks) { key, value in
          shared.spaces[space, default: [:]][key] = (value, progress.serverTime)
        }
        shared.overlays[stream]?[space]?.remove(page)
      }
      shared.progress[stream] = progress
    }
  }

  package func finishRound(
    of stream: String,
    progress: StreamProgress,
    storing entries: [(key: [UInt8], value: [UInt8])],
    in space: String
  ) {
    shared.withLock { shared in
      for (key, value) in entries { shared.spaces[space, default: [:]][key] = (value, 0) }
      shared.progress[stream] = progress
    }
  }

  package func forgetRounds(
    of stream: String,
    shared names: [String],
    progress: StreamProgress,
    storing entries: [(key: [UInt8], value: [UInt8])],
    in space: String
  ) {
    shared.withLock { shared in
      for name in shared.spaces.keys where name.hasPrefix("\(stream)/") { shared.spaces[name] = nil }
      for name in names {
        shared.spaces[name] = shared.spaces[name]?.filter { !$0.key.starts(with: Array(stream.utf8) + [0]) }
      }
    }
    finishRound(of: stream, progress: progress, storing: entries, in: space)
  }

  package func abandon(_ stream: String) { shared.withLock { $0.overlays[stream] = nil } }

  package func prune(_ space: String, olderThan seconds: Int, at time: Int) {
    shared.withLock { shared in
      shared.spaces[space] = shared.spaces[space]?.filter { $0.value.time == 0 || $0.value.time >= time - seconds }
        .mapValues { ($0.value, $0.time == 0 ? time : $0.time) }
    }
  }
}
