package import SystemPackage

/// Why the state cannot be used: what happened, where, and what to do.
package struct StateError: Error, Sendable, CustomStringConvertible {
  /// What kind of trouble it is, so that the program can choose its exit code.
  package enum Code: Sendable, Equatable {
    /// Another process holds it, by its id when that is known: wait for it.
    case inUse(process: Int?)
    /// A newer release wrote it.
    case newerSchema
    /// Another machine or process has taken the pipeline over.
    case tenureLost
    /// A part of it is not as it was written; it was moved aside.
    case damaged
    /// There is no room for it.
    case full
    /// This user cannot write where it is.
    case notWritable
    /// Anything else that SQLite says.
    case failed
  }

  package let code: Code
  /// The database or folder.
  package let path: FilePath
  package let description: String

  init(_ code: Code, _ path: FilePath, _ description: String) {
    self.code = code
    self.path = path
    self.description = description
  }
}

extension StateError {
  /// A newer release wrote a state, in a version that this one does not know.
  static func newer(_ path: FilePath, _ version: Int) -> StateError {
    StateError(
      .newerSchema,
      path,
      """
      a newer release wrote the state '\(path)' (version \(version); this one knows \(Schema.versions.count)); \
      run that release, or name another folder for the state: a full pull follows
      """
    )
  }
}

/// A database that could not be trusted and was moved out of the way.
package struct MovedAside: Sendable, Equatable {
  /// Where it is now.
  package let path: FilePath
  /// What was the matter with it.
  package let reason: String
}
