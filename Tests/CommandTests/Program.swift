import Foundation
import TestSupport
import Testing

/// The built program, and the project it was built from.
enum Program {
  static let project = Python.testsFolder.deletingLastPathComponent()

  /// The program that was built together with these tests.
  static var path: String {
    get throws {
      let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
      let path = folder.appending(path: "sluice").path
      try #require(FileManager.default.isExecutableFile(atPath: path), "the program is not at \(path)")
      return path
    }
  }

  /// Runs a command of the program in the project's folder.
  static func run(
    _ arguments: String...,
    input: Data = Data(),
    folder: URL = project,
    environment: [String: String] = [:]
  ) async throws -> TestSupport.Command.Result {
    try await Command.run(try path, arguments, input: input, folder: folder, environment: environment)
  }

  /// A folder that is gone after the body.
  static func withFolder<Result>(_ body: (URL) async throws -> Result) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "sluice-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder)
  }

  /// What a gzip file holds.
  static func gunzip(_ file: URL) async throws -> Data {
    let script = "import sys,gzip;sys.stdout.buffer.write(gzip.open(sys.argv[1]).read())"
    return try await Command.run("/usr/bin/env", ["python3", "-c", script, file.path]).output
  }

  /// All lines of the gzip files in a folder, in the order of their names.
  static func lines(in folder: URL) async throws -> Data {
    let script =
      "import sys,gzip,glob;[sys.stdout.buffer.write(gzip.open(f).read()) for f in sorted(glob.glob(sys.argv[1]))]"
    return try await Command.run(
      "/usr/bin/env",
      ["python3", "-c", script, folder.appending(path: "*.jsonl.gz").path]
    ).output
  }
}
