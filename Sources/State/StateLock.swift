internal import Glibc
internal import SystemPackage

/// The right to use a state folder, held for life: the kernel takes it back also from a process that was killed.
final class StateLock: Sendable {
  private let descriptor: FileDescriptor

  /// Takes the lock of a folder that exists.
  ///
  /// - Throws: ``StateError`` with code `inUse`, which names the process to wait for, or `notWritable`.
  init(in folder: FilePath) throws(StateError) {
    let path = folder.appending("lock")
    do {
      descriptor = try FileDescriptor.open(
        path,
        .readWrite,
        options: [.create, .closeOnExec],
        permissions: .ownerReadWrite
      )
    } catch {
      throw StateError.cannotWrite(path, error)
    }
    guard Self.take(descriptor) else {
      // All is set, so `deinit` closes the file.
      let process = Self.process(in: descriptor)
      throw StateError(
        .inUse(process: process),
        folder,
        "another run\(process.map { ", process \($0)," } ?? "") is using the state in '\(folder)'; wait until it ends"
      )
    }
    // Who holds it is told for the next one's message only; the lock is the kernel's.
    _ = ftruncate(descriptor.rawValue, 0)
    _ = try? descriptor.writeAll(toAbsoluteOffset: 0, "\(getpid())\n".utf8)
  }

  deinit { try? descriptor.close() }

  /// Takes the lock; not at once if need be, since whoever looks for its holder has it for a moment.
  private static func take(_ descriptor: FileDescriptor) -> Bool {
    for _ in 0..<5 {
      if flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0 { return true }
      usleep(10_000)
    }
    return flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0
  }

  /// Who holds the lock of a folder; nil when nobody does.
  static func holder(in folder: FilePath) -> StateHolder? {
    guard let descriptor = try? FileDescriptor.open(folder.appending("lock"), .readOnly, options: .closeOnExec) else {
      return nil
    }
    // Closing gives it back.
    defer { try? descriptor.close() }
    if flock(descriptor.rawValue, LOCK_SH | LOCK_NB) == 0 { return nil }
    return StateHolder(process: process(in: descriptor))
  }

  private static func process(in descriptor: FileDescriptor) -> Int? {
    var bytes = [UInt8](repeating: 0, count: 20)
    let count = unsafe bytes.withUnsafeMutableBytes {
      unsafe (try? descriptor.read(fromAbsoluteOffset: 0, into: $0)) ?? 0
    }
    return Int(String(decoding: bytes[..<count], as: UTF8.self).prefix { $0.isNumber })
  }
}

extension StateError {
  /// What a file system's refusal means.
  static func cannotWrite(_ path: FilePath, _ error: any Error) -> StateError {
    let isFull = (error as? Errno) == .noSpace
    return StateError(
      isFull ? .full : .notWritable,
      path,
      "cannot write '\(path)': \(error); "
        + (isFull
          ? "free space on that file system" : "give this user the right to write there, or name another folder")
    )
  }
}
