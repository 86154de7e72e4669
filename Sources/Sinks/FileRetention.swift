package import SystemPackage

/// How long whole files are kept, and how many bytes of them.
///
/// Looks at the folder when a file gets its name. What cannot be removed stays, and is told: nobody's logs wait for it.
/// Memory: about 200 bytes for each file in the folder.
package struct FileRetention: Sendable {
  /// What became of files that were too old or too many.
  package enum Removal: Sendable {
    case removed(files: [FilePath], bytes: Int)
    case failed(FilePath, any Error)
  }

  private struct Kept {
    let path: FilePath
    let number: Int
    let bytes: Int
    let modified: Int
  }

  /// Seconds; nil for ever.
  let keep: Int?
  /// Bytes of all files together; nil for any number.
  let maximum: Int?
  /// Seconds since 1970.
  let date: @Sendable () -> Int
  let onRemoval: @Sendable (Removal) -> Void

  /// Removes files that a path with `{n}` has made, the oldest first; never the newest.
  func removeOld(_ pattern: String, on disk: any Disk) {
    let folder = FilePath(pattern).removingLastComponent()
    do {
      let files = try self.files(pattern, in: folder, on: disk)
      var sum = files.reduce(0) { $0 + $1.bytes }
      var removed: [Kept] = []
      let now = date()
      for file in files.dropLast() {
        let isOld = keep.map { now - file.modified > $0 } ?? false
        guard isOld || maximum.map({ sum > $0 }) ?? false else { continue }
        do {
          try disk.remove(file.path)
        } catch {
          onRemoval(.failed(file.path, error))
          break
        }
        sum -= file.bytes
        removed.append(file)
      }
      guard !removed.isEmpty else { return }
      onRemoval(.removed(files: removed.map(\.path), bytes: removed.reduce(0) { $0 + $1.bytes }))
      try disk.synchronize(folder: folder)
    } catch {
      onRemoval(.failed(folder, error))
    }
  }

  /// Whole files of the path, in the order of their numbers.
  private func files(_ pattern: String, in folder: FilePath, on disk: any Disk) throws -> [Kept] {
    let names = NumberedNames(pattern)
    var files: [Kept] = []
    for name in try disk.names(in: folder) {
      guard let number = names.number(of: name) else { continue }
      let path = folder.appending(name)
      guard let bytes = try disk.length(of: path), let modified = try disk.modified(path) else { continue }
      files.append(Kept(path: path, number: number, bytes: bytes, modified: modified))
    }
    return files.sorted { $0.number < $1.number }
  }
}
