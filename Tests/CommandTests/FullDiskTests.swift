import Foundation
import TestSupport
import Testing

/// `sluice serve` on a disk that is full, for real: a small file system of its own.
@Suite(.enabled(if: canMount, "only root may mount a file system in a namespace of its own")) struct FullDiskTests {
  @Test(
    "nothing is lost while there is no room, whether calls wait for it or writes fail",
    arguments: [("4MiB", "disk/state"), ("0", "state"), ("0", "disk/state")]
  )
  func full(reserve: String, state: String) async throws {
    try await Program.withFolder { folder in
      let script = Program.project.appending(path: "Tests/Reference/full_disk.py").path
      let result = try await Command.run(
        "/usr/bin/unshare",
        ["-m", "python3", script, try Program.path, reserve, state],
        folder: folder
      )
      #expect(result.status == 0, "\(result.errorText)")
    }
  }
}

private let canMount: Bool = {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
  process.arguments = ["-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
  process.standardError = FileHandle.nullDevice
  guard (try? process.run()) != nil else { return false }
  process.waitUntilExit()
  return process.terminationStatus == 0
}()
