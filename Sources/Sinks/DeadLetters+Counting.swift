internal import Foundation

extension DeadLetters {
  /// How many letters of each stream a file holds; none when there is no file.
  ///
  /// Memory: a line, and 256 KiB.
  package static func counts(in path: String) -> [String: Int] {
    guard let file = FileHandle(forReadingAtPath: path) else { return [:] }
    defer { try? file.close() }
    var counts: [String: Int] = [:]
    var rest: [UInt8] = []
    while let chunk = try? file.read(upToCount: 256 * 1024), !chunk.isEmpty {
      var lines = chunk.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      let last = lines.removeLast()
      for line in lines {
        rest += line
        if let stream = stream(of: rest[...]) { counts[stream, default: 0] += 1 }
        rest.removeAll(keepingCapacity: true)
      }
      rest += last
    }
    return counts
  }

  /// The stream that a letter says it is of; nil for another line.
  private static func stream(of line: ArraySlice<UInt8>) -> String? {
    let rest = line.dropFirst(original(of: line).count - 1)
    guard rest.starts(with: opening.utf8) else { return nil }
    // Names of streams need no escaping.
    return String(decoding: rest.dropFirst(opening.utf8.count).prefix { $0 != UInt8(ascii: "\"") }, as: UTF8.self)
  }
}
