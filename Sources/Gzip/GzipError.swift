/// Why bytes could not be compressed or decompressed.
package enum GzipError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The bytes are not gzip, or damaged.
  case damaged(String)
  /// The bytes end inside a member.
  case truncated
  /// The bytes grow by more than a trustworthy answer does.
  case expandsTooMuch(ratio: Int)
  /// zlib could not get memory.
  case outOfMemory

  package var description: String {
    switch self {
    case .damaged(let reason): "the gzip data are damaged (\(reason))"
    case .truncated: "the gzip data end too early"
    case .expandsTooMuch(let ratio): "the gzip data grow by more than \(ratio) times; refused as a bomb"
    case .outOfMemory: "zlib could not get memory"
    }
  }
}
