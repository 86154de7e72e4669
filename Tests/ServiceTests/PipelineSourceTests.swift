import Foundation
import Glibc
import Pipelines
import Qualys
import Service
import TestSupport
import Testing

/// A pipeline file that is read again and again.
@Suite("A pipeline's source") struct PipelineSourceTests {
  @Test func aSecretThatBecomesOpenToOthersIsRefusedUntilItIsNot() throws {
    let folder = try TemporaryFolder()
    func write(_ text: String, to name: String) throws -> String {
      try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path(name)))
      return folder.path(name)
    }
    func allow(_ path: String, _ mode: mode_t) throws { unsafe #expect(chmod(path, mode) == 0) }
    let password = try write("hunter2", to: "password")
    try allow(password, 0o600)
    let file = try write(
      """
      name: read
      qualys: { platform: US2, username: me, password: "${PASSWORD}" }
      start: all
      source: detections
      stages: [decode-detections, encode-json]
      sinks: [stdout]
      """,
      to: "read.yaml"
    )
    let source = PipelineSource(
      file: file,
      registry: .standard,
      secrets: SecretSource(
        environment: { $0 == "PASSWORD_FILE" ? password : nil },
        file: { SecretFile.read($0, in: []) }
      )
    )
    let loaded = try source.load()
    #expect(loaded.plan.qualys?.password == "hunter2" && loaded.warnings.isEmpty)
    try allow(password, 0o644)
    let refused = try #require(throws: RefusedPipeline.self) { try source.load() }
    #expect(refused.description.contains("'\(password)' holds a secret and is open to others (mode 0644)"))
    #expect(refused.description.contains("chmod 600") && !refused.description.contains("hunter2"))
    try allow(password, 0o600)
    #expect(try source.load().digest == loaded.digest)
  }
}
