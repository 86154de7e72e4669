import Foundation

extension URL {
  /// The files in a folder and what they hold.
  var files: [String: [UInt8]] {
    get throws {
      var files: [String: [UInt8]] = [:]
      for name in try FileManager.default.contentsOfDirectory(atPath: path) {
        files[name] = Array(try Data(contentsOf: appending(path: name)))
      }
      return files
    }
  }
}
