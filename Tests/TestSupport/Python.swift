package import Foundation

/// Runs the scripts of `Tests/Reference`.
package enum Python {
  /// The folder `Tests`.
  package static let testsFolder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Real answers beside the project; nil where they are not at hand.
  package static var samples: URL? {
    let folder = testsFolder.appending(path: "../../shared/samples").standardizedFileURL
    return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
  }

  /// Runs a script and gives what it printed.
  package static func run(_ script: String, _ arguments: [String], input: Data = Data()) async throws -> (
    output: Data, status: Int32
  ) {
    let script = testsFolder.appending(path: "Reference/\(script)").path
    let run = try await Command.run("/usr/bin/env", ["python3", script] + arguments, input: input)
    return (run.output, run.status)
  }
}

/// Runs a program and gives what it wrote.
package enum Command {
  /// What a program wrote and how it ended.
  package struct Result: Sendable {
    package let output: Data
    package let errors: Data
    package let status: Int32
    package var text: String { String(decoding: output, as: UTF8.self) }
    package var errorText: String { String(decoding: errors, as: UTF8.self) }
  }

  package static func run(
    _ program: String,
    _ arguments: [String],
    input: Data = Data(),
    folder: URL? = nil,
    environment: [String: String] = [:]
  ) async throws -> Result {
    let place = FileManager.default.temporaryDirectory.appending(path: "sluice-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: place) }
    let files = ["in", "out", "err"].map { place.appending(path: $0) }
    try input.write(to: files[0])
    for file in files.dropFirst() { try Data().write(to: file) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let handles =
      [try FileHandle(forReadingFrom: files[0])] + (try files.dropFirst().map(FileHandle.init(forWritingTo:)))
    // Foundation keeps a process and what it was given for good; with a thousand open files it fails to start another.
    defer { for handle in handles { try? handle.close() } }
    process.standardInput = handles[0]
    process.standardOutput = handles[1]
    process.standardError = handles[2]
    let status = try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Int32, any Error>) in
      process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
      do { try process.run() } catch { continuation.resume(throwing: error) }
    }
    return Result(output: try Data(contentsOf: files[1]), errors: try Data(contentsOf: files[2]), status: status)
  }
}
