import Foundation
import Records
import Sinks
import Streaming
import Synchronization
import SystemPackage
import TestSupport

/// A spool in a folder, the stream that writes to it, and a sink that takes pages from it.
final class SpoolRig: Sendable {
  struct State: Sendable {
    var lines: [String] = []
    var isDown = false
    var fullness: [Bool] = []
  }

  struct Down: Error {}

  let folder: TemporaryFolder
  let limit: Int
  private let state = Mutex(State())

  init(limit: Int = 1 << 20) throws {
    folder = try TemporaryFolder()
    self.limit = limit
  }

  var now: State { state.withLock { $0 } }
  func change(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }
  var path: FilePath { FilePath(folder.path("spool")) }

  /// Opens the spool, as a process does that begins.
  func open(committed position: [UInt8]? = nil, _ disk: any Disk = LocalDisk()) throws -> Spool {
    try Spool(in: path, limit: limit, committed: position, disk: disk) { isFull in
      self.change { $0.fullness.append(isFull) }
    }
  }

  /// What takes pages to a sink that keeps lines while it is not down.
  func forwarding(_ spool: Spool) -> SpoolForwarding {
    let letters = DeadLetters(path: FilePath(folder.path("letters.jsonl")), stream: "s", naming: .sumo)
    return SpoolForwarding(spool, letters: letters) {
      KeptLines {
        if self.now.isDown { throw Down() }
      } onLines: { lines in
        self.change { $0.lines += lines }
      }
    }
  }

  /// Takes all that is committed to the sink.
  func forwardAll(_ spool: Spool) async throws {
    await spool.endForwarding(whenEmpty: true)
    try await forwarding(spool).run()
  }

  /// The names of the spool's files.
  var files: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: path.string).filter { $0.hasSuffix(".spool") } }
  }

  static func texts(_ pages: [RecordedPage<Line>]) -> [String] { pages.flatMap(\.records).map(\.text) }
}

extension SpooledSink {
  /// Writes pages, and commits each.
  func take(_ pages: [RecordedPage<Line>], batchesOf size: Int = 3) async throws {
    for page in pages {
      for batch in page.batches(of: size) { try await write(batch) }
      try await publish(position)
    }
  }
}
