import Foundation

/// A file of a suite.
struct ConformanceCase: Sendable {
  /// Its path in the suite.
  let name: String
  let bytes: [UInt8]

  /// The files in a folder and in the folders within it, in order.
  static func all(in folder: String, withExtension end: String) throws -> [ConformanceCase] {
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.hasSuffix(end) }.sorted()
    return try names.map { name in
      ConformanceCase(name: name, bytes: Array(try Data(contentsOf: URL(filePath: "\(folder)/\(name)"))))
    }
  }

  /// Our own few files in a suite's layout, and the suite itself when a variable names its folder.
  static func folders(_ own: String, orWhere variable: String) -> [String] {
    let cases = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Cases/\(own)").path
    return [cases] + [ProcessInfo.processInfo.environment[variable]].compactMap(\.self)
  }
}
