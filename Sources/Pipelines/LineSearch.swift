internal import Qualys

/// Looks for lines in files that were written before.
enum LineSearch {
  /// Where each of some lines stands, in the files that a path with {n} names, plain or gzip.
  ///
  /// A file that cannot be read to its end is searched as far as it goes. Memory: the longest line.
  static func find(_ lines: [[UInt8]], in path: String) throws -> [[UInt8]: [Trace.Found]] {
    var found: [[UInt8]: [Trace.Found]] = [:]
    let wanted = Set(lines)
    for file in FilesComponent.expand(path.replacing("{n}", with: "*")) {
      var number = 0
      var line: [UInt8] = []
      func look(_ end: [UInt8].SubSequence) {
        number += 1
        line += end
        if wanted.contains(line) { found[line, default: []].append(Trace.Found(file: file, line: number)) }
        line.removeAll(keepingCapacity: true)
      }
      do {
        var reader = try FileReader(file)
        while let bytes = try reader.next() {
          var rest = bytes[...]
          while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            look(rest[..<end])
            rest = rest[(end + 1)...]
          }
          line += rest
        }
      } catch let error as CancellationError {
        throw error
      } catch {
        continue
      }
    }
    return found
  }
}
