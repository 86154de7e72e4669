internal import SystemPackage

/// A file that someone else has changed while the state counted on it.
package struct UnrecoverableFile: Error, CustomStringConvertible {
  package let description: String

  private static let help = "ask for its stream's data again with 'sluice reset PIPELINE/STREAM --from TIME'"

  /// The state's own words make no sense.
  init(_ error: any Error) { description = "the state does not say where its files are (\(error)); \(Self.help)" }

  /// A file has less than what was committed.
  init(_ path: FilePath, has length: Int?, of committed: Int) {
    let found = length.map { "has \($0) bytes" } ?? "is not there"
    description =
      "'\(path)' \(found), and \(committed) bytes of it were committed: someone else has cut, moved or removed it; put it "
      + "back as it was, or \(Self.help)"
  }

  /// What a file holds cannot be read.
  init(_ path: FilePath, unreadableAt place: Int) {
    description =
      "'\(path)' cannot be read at byte \(place): someone else has changed it; put it back as it was, or \(Self.help)"
  }
}
