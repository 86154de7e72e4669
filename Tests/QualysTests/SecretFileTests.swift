import Foundation
import Glibc
import Qualys
import TestSupport
import Testing

/// Files with secrets, and who besides this user may read them.
@Suite struct SecretFileTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: folder.path("secrets"), withIntermediateDirectories: false)
  }

  private func write(_ name: String, mode: mode_t) throws -> String {
    try Data("hunter2\n".utf8).write(to: URL(fileURLWithPath: folder.path(name)))
    unsafe #expect(chmod(folder.path(name), mode) == 0)
    return folder.path(name)
  }

  private func read(_ path: String) throws -> SecretFile {
    try #require(SecretFile.read(path, in: [folder.path("secrets")]))
  }

  @Test(
    arguments: [
      (0o600, nil), (0o400, nil), (0o700, nil), (0o640, "its group (mode 0640)"), (0o604, "others (mode 0604)"),
      (0o644, "others (mode 0644)"), (0o602, "others (mode 0602)"), (0o620, "its group (mode 0620)"),
      (0o1600, nil), (0o601, "others (mode 0601)"),
    ] as [(mode_t, String?)]
  )
  func anyFileIsForItsUserAlone(mode: mode_t, whom: String?) throws {
    let path = try write("password", mode: mode)
    let file = try read(path)
    #expect(file.text == (whom == nil ? "hunter2\n" : ""))
    #expect(file.exposure?.isRefused == whom.map { _ in true })
    #expect(
      file.exposure?.description
        == whom.map { "'\(path)' holds a secret and is open to \($0); chmod 600 '\(path)'" }
    )
  }

  @Test(
    arguments: [
      (0o400, nil), (0o440, nil), (0o640, nil), (0o444, "others (mode 0444)"), (0o660, "its group (mode 0660)"),
    ] as [(mode_t, String?)]
  )
  func inAFolderOfSecretsItIsUsedAndTold(mode: mode_t, whom: String?) throws {
    let path = try write("secrets/password", mode: mode)
    let file = try read(path)
    #expect(file.text == "hunter2\n")
    #expect(file.exposure?.isRefused == whom.map { _ in false })
    #expect(
      file.exposure?.description
        == whom.map {
          "'\(path)' holds a secret and is open to \($0); let whatever puts it there give it the mode 0400"
        }
    )
  }

  @Test func aLinkIsWhatItLeadsTo() throws {
    let files = FileManager.default
    let outside = try write("outside", mode: 0o644)
    try files.createSymbolicLink(atPath: folder.path("secrets/out"), withDestinationPath: outside)
    #expect(try read(folder.path("secrets/out")).exposure?.isRefused == true)
    // As Kubernetes does it.
    try files.createDirectory(atPath: folder.path("secrets/..data"), withIntermediateDirectories: false)
    _ = try write("secrets/..data/password", mode: 0o440)
    try files.createSymbolicLink(atPath: folder.path("secrets/in"), withDestinationPath: "..data/password")
    #expect(try read(folder.path("secrets/in")) == SecretFile("hunter2\n"))
    try files.createSymbolicLink(atPath: folder.path("linked"), withDestinationPath: folder.path("secrets"))
    #expect(SecretFile.read(folder.path("linked/in"), in: [folder.path("linked")]) == SecretFile("hunter2\n"))
  }

  @Test func whatCannotBeReadIsNothing() throws {
    #expect(SecretFile.read(folder.path("none")) == nil)
    #expect(SecretFile.read(folder.path("secrets")) == nil)
    let path = try write("bytes", mode: 0o600)
    try Data([0xFF, 0xFE]).write(to: URL(fileURLWithPath: path))
    unsafe #expect(chmod(path, 0o600) == 0)
    #expect(SecretFile.read(path) == nil)
  }
}
