internal import Foundation
internal import Qualys
internal import State
internal import SystemPackage

/// What a check learns about folders, without changing anything.
package struct FolderAccess: Sendable {
  /// Why files cannot be made in a folder, which is made first when it does not exist; nil when they can.
  package var problemWriting: @Sendable (_ folder: String) -> String?
  /// Whether a folder exists.
  package var exists: @Sendable (_ folder: String) -> Bool
  /// Whether a folder that exists is a capture.
  package var holdsCapture: @Sendable (_ folder: String) -> Bool

  /// The streams that a state in a folder has something of; nil when there is no state, or none that can be read.
  package var streamsOfState: @Sendable (_ folder: String) -> [String]?
  /// The last finished round of each stream, as a state in a folder says; none when there is no state, or none that can be
  /// read.
  package var lastRounds: @Sendable (_ folder: String) -> [String: FinishedRound]

  /// Creates an access; tests give their own.
  package init(
    problemWriting: @escaping @Sendable (_ folder: String) -> String?,
    exists: @escaping @Sendable (_ folder: String) -> Bool,
    holdsCapture: @escaping @Sendable (_ folder: String) -> Bool = { _ in true },
    streamsOfState: @escaping @Sendable (_ folder: String) -> [String]? = { _ in nil },
    lastRounds: @escaping @Sendable (_ folder: String) -> [String: FinishedRound] = { _ in [:] }
  ) {
    self.problemWriting = problemWriting
    self.exists = exists
    self.holdsCapture = holdsCapture
    self.streamsOfState = streamsOfState
    self.lastRounds = lastRounds
  }

  /// The real file system.
  package static let system = FolderAccess(
    problemWriting: { folder in
      var existing = folder
      while !FileManager.default.fileExists(atPath: existing) {
        let parent = Self.parent(of: existing)
        if parent == existing { break }
        existing = parent
      }
      let isWhole = existing == folder
      if !Self.isFolder(existing) { return isWhole ? "it is not a folder" : "'\(existing)' is not a folder" }
      if FileManager.default.isWritableFile(atPath: existing) { return nil }
      return isWhole ? "it is not writable" : "it does not exist, and '\(existing)' is not writable"
    },
    exists: { isFolder($0) },
    holdsCapture: { Capture.exists($0) },
    // What is wrong with a state is a run's to say: it may only be in use.
    streamsOfState: { folder in (try? StateReader.look(at: FilePath(folder)) { try $0.streams() }) ?? nil },
    lastRounds: { folder in (try? StateReader.look(at: FilePath(folder)) { try FinishedRounds.all(in: $0) }) ?? [:] }
  )

  /// The folder that a path lies in.
  static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func isFolder(_ path: String) -> Bool {
    // Asking for the folder itself, through links.
    FileManager.default.fileExists(atPath: path.hasSuffix("/") ? path + "." : path + "/.")
  }
}
