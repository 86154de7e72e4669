import Foundation
import TestSupport
import Testing

/// A package outside this one with a stage of its own: `Tests/CustomStage`.
@Suite(.serialized) struct CustomStageTests {
  @Test("it is built, its stage runs, and a stage that loses records is found out")
  func customStage() async throws {
    let package = Python.testsFolder.appending(path: "CustomStage")
    // Beside the build that these tests come from, whose lock they hold.
    let scratch = Program.project.appending(path: ".build/custom-stage")
    // A plan made before a file was added to a package in another folder would be taken for good.
    try? FileManager.default.removeItem(at: scratch.appending(path: "debug.yaml"))
    let build = try await Command.run(
      "/usr/bin/env",
      ["swift", "build", "--package-path", package.path, "--scratch-path", scratch.path],
      folder: package
    )
    try #require(build.status == 0, "\(build.text)\(build.errorText)")
    let program = scratch.appending(path: "debug/my-sluice").path

    let masked = try await Command.run(program, ["run", "masked.yaml"], folder: package)
    #expect(masked.status == 0, "\(masked.errorText)")
    let lines = masked.text.split(separator: "\n")
    #expect(!lines.isEmpty)
    for line in lines {
      let log = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      #expect((log["IP"] as? String)?.hasSuffix(".*") == true)
    }

    let lossy = try await Command.run(program, ["run", "lossy.yaml"], folder: package)
    #expect(lossy.status == 70)
    #expect(lossy.errorText.contains("'lose-one'"), "\(lossy.errorText)")

    let list = try await Command.run(program, ["describe", "mask-addresses"], folder: package)
    #expect(list.text.contains("Hides the last number"))
  }
}
