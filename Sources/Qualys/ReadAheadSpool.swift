internal import Blocks
internal import Streaming
internal import Synchronization

/// One answer that is put aside on disk as it comes, and read behind that, while it comes or later.
///
/// One task writes, one reads. Nobody waits to write while the room lasts; then only the answer that is being read goes
/// on, as fast as it is read. Memory: a chunk.
final class ReadAheadSpool: Sendable {
  /// The most bytes that are read at a time.
  private static let chunk = 64 * 1024

  private struct State {
    var head: Result<APIResponse, any Error>?
    var file: SpilledBytes?
    var written = 0
    var read = 0
    /// How it ended: with nil when it is complete.
    var ending: (any Error)??
    var isRead = false
    var isPaused = false
  }

  private let room: ReadAheadRoom
  private let state = Mutex(State())

  init(_ room: ReadAheadRoom) { self.room = room }

  deinit { room.give(state.withLock { $0.written }) }

  /// Whether nothing more comes.
  var hasEnded: Bool { state.withLock { $0.ending != nil } }

  /// Whether what comes waits for room.
  var isPaused: Bool { state.withLock { $0.isPaused } }

  /// Whether it is known that there are no data in it.
  var isWorthless: Bool {
    state.withLock { state in
      switch state.head {
      case .success(let head): head.status != 200
      case .failure: true
      case nil: false
      }
    }
  }

  // MARK: Writing

  /// The head has come; its body is not kept here.
  func begin(_ head: APIResponse) {
    var head = head
    head.body = NoBytes()
    state.withLock { $0.head = .success(head) }
    room.changes.raise()
  }

  /// Appends bytes when there is room, or when they are read at once.
  /// - Throws: `CancellationError`, or `SpilledBytes.Failure`.
  func append(_ bytes: [UInt8], onPause: () -> Void) async throws {
    while true {
      try Task.checkCancellation()
      let seen = room.changes.count
      let (isDone, hasPaused) = try state.withLock { state in
        let isDone = try append(bytes, to: &state)
        let hasPaused = !isDone && !state.isPaused
        state.isPaused = !isDone
        return (isDone, hasPaused)
      }
      if isDone { return room.changes.raise() }
      if hasPaused { onPause() }
      try await room.changes.wait(beyond: seen)
    }
  }

  private func append(_ bytes: [UInt8], to state: inout State) throws -> Bool {
    if !room.take(bytes.count) {
      guard state.isRead, state.read == state.written else { return false }
      // All of it was read: another file in its place begins with nothing.
      room.give(state.written)
      (state.file, state.written, state.read) = (nil, 0, 0)
      _ = room.take(bytes.count, anyway: true)
    }
    state.written += bytes.count
    let file = try state.file ?? SpilledBytes()
    state.file = file
    try unsafe bytes.withUnsafeBytes { try unsafe file.append($0) }
    return true
  }

  /// Nothing more comes.
  func end(_ error: (any Error)? = nil) {
    state.withLock { state in
      if state.head == nil, let error { state.head = .failure(error) }
      state.ending = .some(error)
      state.isPaused = false
    }
    room.changes.raise()
  }

  // MARK: Reading

  /// Somebody reads it from now on.
  func beginReading() {
    state.withLock { $0.isRead = true }
    room.changes.raise()
  }

  /// Waits for the head.
  /// - Throws: what the call failed with.
  func head() async throws -> APIResponse {
    while true {
      let seen = room.changes.count
      if let head = state.withLock({ $0.head }) { return try head.get() }
      try await room.changes.wait(beyond: seen)
    }
  }

  /// The next bytes, or nil at the end.
  /// - Throws: what the body failed with.
  func next() async throws -> [UInt8]? {
    while true {
      let seen = room.changes.count
      let (bytes, ending) = try state.withLock { state in (try Self.readSome(&state), state.ending) }
      if let bytes {
        // A writer may wait until all is read.
        room.changes.raise()
        return bytes
      }
      if let ending {
        if let ending { throw ending }
        return nil
      }
      try await room.changes.wait(beyond: seen)
    }
  }

  private static func readSome(_ state: inout State) throws -> [UInt8]? {
    guard state.read < state.written, let file = state.file else { return nil }
    let (offset, count) = (state.read, min(chunk, state.written - state.read))
    let bytes = try unsafe [UInt8](unsafeUninitializedCapacity: count) { room, filled in
      filled = try unsafe file.read(at: offset, into: UnsafeMutableRawBufferPointer(room))
    }
    state.read += bytes.count
    return bytes
  }
}
