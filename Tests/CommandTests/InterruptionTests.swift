import Foundation
import TestSupport
import Testing

/// A run that is interrupted leaves nothing half-written.
@Suite struct InterruptionTests {
  @Test("SIGINT and SIGTERM end a run and leave no temporary file", arguments: [SIGINT, SIGTERM])
  func signals(number: Int32) async throws {
    try await Program.withFolder { folder in
      let page = try Data(contentsOf: Program.project.appending(path: "Fixtures/demo/detections-0001.xml"))
      let process = Process()
      let input = Pipe()
      process.executableURL = URL(fileURLWithPath: try Program.path)
      process.arguments = ["run", "split", "--input", "-", "--output", folder.path, "--set", "member=4KiB"]
      process.currentDirectoryURL = Program.project
      process.standardInput = input
      process.standardError = FileHandle.nullDevice
      let ended = AsyncStream<Int32>.makeStream()
      process.terminationHandler = { process in
        ended.continuation.yield(process.terminationStatus)
        ended.continuation.finish()
      }
      try process.run()
      // The pipe stays open: the run waits for more when the signal comes.
      try input.fileHandleForWriting.write(contentsOf: page.prefix(page.count - 5000))
      var names: [String] = []
      for _ in 0..<6_000 where !names.contains(where: { $0.hasSuffix(".part") }) {
        try await Task.sleep(for: .milliseconds(50))
        names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      }
      #expect(names.contains { $0.hasSuffix(".part") }, "the run has begun a file")
      kill(process.processIdentifier, number)
      var status: Int32?
      for await value in ended.stream { status = value }
      #expect(status == 75)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
  }
}
