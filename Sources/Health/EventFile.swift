internal import Foundation
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// Writes events as lines of JSON into a file for this user alone (mode 0600), behind those of earlier runs.
///
/// A line is written at once and whole. What cannot be written is said once, and is no failure of the run. A file of 16 MiB,
/// some twenty thousand events, becomes `NAME.1` in place of the one before, and a new one is begun.
package final class EventFile: EventRecorder {
  /// What the file needs of the world: a seam, for tests.
  package struct World: Sendable {
    /// Writes bytes behind the others.
    package var append: @Sendable ([UInt8]) throws -> Void
    /// Milliseconds since 1970.
    package var now: @Sendable () -> Int
    /// An id that no other event has.
    package var id: @Sendable () -> String

    package init(
      append: @escaping @Sendable ([UInt8]) throws -> Void,
      now: @escaping @Sendable () -> Int,
      id: @escaping @Sendable () -> String
    ) {
      self.append = append
      self.now = now
      self.id = id
    }

    /// A file of this machine, and its clock.
    ///
    /// - Parameter limit: At how many bytes another file is begun.
    package static func file(_ path: String, limit: Int64 = 16 << 20) -> World {
      World(
        append: { bytes in try EventFile.append(bytes, to: FilePath(path), limit) },
        now: { Int(Date().timeIntervalSince1970 * 1000) },
        id: { UUID().uuidString.lowercased() }
      )
    }
  }

  private let pipeline: String
  private let account: String
  private let world: World
  private let onFailure: @Sendable (String) -> Void
  private let hasFailed = Mutex(false)

  /// - Parameters:
  ///   - account: Whose data it is, such as the platform's name; no secret.
  ///   - onFailure: Told once, in words, that events cannot be written.
  package init(
    pipeline: String,
    account: String,
    _ world: World,
    onFailure: @escaping @Sendable (String) -> Void
  ) {
    self.pipeline = pipeline
    self.account = account
    self.world = world
    self.onFailure = onFailure
  }

  package func record(_ event: HealthEvent) {
    do {
      let now = world.now()
      let event = ServiceEvent(event, of: pipeline, at: now / 1000)
      let line = EventLine(event, account: account, id: world.id(), milliseconds: now)
      try world.append(line.bytes())
    } catch {
      let isFirst = hasFailed.withLock { failed in
        defer { failed = true }
        return !failed
      }
      if isFirst { onFailure("events cannot be written: \(error); the run goes on without them") }
    }
  }

  /// What the file before this one is called.
  static func former(_ path: String) -> String { path + ".1" }

  private static func append(_ bytes: [UInt8], to path: FilePath, _ limit: Int64) throws {
    try createFolder(path.removingLastComponent())
    let file = try FileDescriptor.open(
      path,
      .writeOnly,
      options: [.append, .create, .closeOnExec],
      permissions: .ownerReadWrite
    )
    let size = try file.closeAfter {
      try file.writeAll(bytes)
      return try file.seek(offset: 0, from: .end)
    }
    guard size >= limit else { return }
    guard unsafe rename(path.string, former(path.string)) == 0 else { throw Errno(rawValue: errno) }
  }

  private static func createFolder(_ folder: FilePath) throws {
    guard !folder.isEmpty, unsafe access(folder.string, F_OK) != 0 else { return }
    try createFolder(folder.removingLastComponent())
    guard unsafe mkdir(folder.string, 0o700) == 0 || errno == EEXIST else { throw Errno(rawValue: errno) }
  }
}
