import Foundation
import Synchronization
import TestSupport
import Testing

/// The built program as a process, with its command line as everybody on the machine sees it.
struct WatchedProgram {
  var status: Int32
  var output: Data
  var errors: Data
  /// What stood in /proc/PID/cmdline and in the process's title, whenever it was looked at.
  var commandLines: Set<Data>
  /// The most memory that it held, in bytes, when it was last looked at.
  var peak: Int

  static func run(_ arguments: [String], in folder: URL, environment: [String: String]) async throws -> WatchedProgram {
    let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "sluice")
    try #require(FileManager.default.isExecutableFile(atPath: program.path), "the program is not built")
    let place = try TemporaryFolder()
    for name in ["out", "err"] { try Data().write(to: place.url.appending(path: name)) }
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: place.url.appending(path: "out"))
    process.standardError = try FileHandle(forWritingTo: place.url.appending(path: "err"))
    let ended = AsyncStream<Int32>.makeStream()
    process.terminationHandler = { process in
      ended.continuation.yield(process.terminationStatus)
      ended.continuation.finish()
    }
    try process.run()
    let number = process.processIdentifier
    let first = commandLines(of: number)
    let watching = Task {
      var seen = (lines: first, peak: 0)
      while !Task.isCancelled {
        try? await Task.sleep(for: .milliseconds(20))
        seen.lines.formUnion(commandLines(of: number))
        seen.peak = max(seen.peak, peak(of: number))
      }
      return seen
    }
    let status = await withTaskCancellationHandler {
      var status: Int32 = -1
      for await value in ended.stream { status = value }
      return status
    } onCancel: {
      kill(number, SIGKILL)
    }
    watching.cancel()
    let seen = await watching.value
    return WatchedProgram(
      status: status,
      output: try Data(contentsOf: place.url.appending(path: "out")),
      errors: try Data(contentsOf: place.url.appending(path: "err")),
      commandLines: seen.lines,
      peak: seen.peak
    )
  }

  private static func peak(of process: Int32) -> Int {
    let status = FileManager.default.contents(atPath: "/proc/\(process)/status") ?? Data()
    let line = String(decoding: status, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return (line?.split(separator: " ").dropLast().last).flatMap { Int($0) }.map { $0 << 10 } ?? 0
  }

  private static func commandLines(of process: Int32) -> Set<Data> {
    Set(["cmdline", "comm"].compactMap { FileManager.default.contents(atPath: "/proc/\(process)/\($0)") })
  }
}
