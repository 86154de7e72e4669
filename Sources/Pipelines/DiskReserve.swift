internal import Glibc
internal import SystemPackage

/// How much is to stay free on the file systems that a live run writes to: its state's, and those of its outputs.
package struct DiskReserve: Sendable {
  /// Too little is free.
  package struct Shortage: Error, CustomStringConvertible {
    /// Where.
    let folder: String
    /// Bytes that are free, and that should be.
    let free: Int
    let reserve: Int

    package var description: String {
      "'\(folder)' has \(free >> 20) MiB free, less than 'reserve: \(ByteSize.text(reserve))': Qualys is asked for nothing "
        + "more until there is room; free some on that file system, or lower 'reserve'"
    }
  }

  /// The name of the event.
  static let tracker = "DiskReserve"

  private let bytes: Int
  private let folders: [String]
  private let freeSpace: @Sendable (String) -> Int?

  /// Nil where nothing is to stay free, or nothing is written.
  init?(of run: Run, _ live: Live) {
    guard run.plan.reserve > 0, run.rehearsal == nil else { return nil }
    bytes = run.plan.reserve
    folders = [run.state].compactMap { $0 } + run.plan.writtenFolders
    freeSpace = live.freeSpace
  }

  /// Where too little is free; nil when there is enough everywhere, or nobody can tell.
  var shortage: Shortage? {
    for folder in folders {
      if let free = freeSpace(folder), free < bytes { return Shortage(folder: folder, free: free, reserve: bytes) }
    }
    return nil
  }
}

extension Live {
  /// Bytes that this user may still write in a folder, or where it will be made; nil when nobody can tell.
  package static func freeSpace(in folder: String) -> Int? {
    var path = FilePath(folder)
    var status = statvfs()
    while unsafe statvfs(path.isEmpty ? "." : path.string, &status) != 0 {
      guard errno == ENOENT, path.removeLastComponent() else { return nil }
    }
    return Int(clamping: status.f_bavail) * Int(clamping: status.f_frsize)
  }
}
