internal import Foundation
package import Qualys

/// Where the value of `${NAME}` is looked up.
package struct SecretSource: Sendable {
  /// A variable of the environment.
  package var environment: @Sendable (_ name: String) -> String?
  /// A file; nil when it cannot be read.
  package var file: @Sendable (_ path: String) -> SecretFile?

  /// A value, and what is the matter with the file that holds it.
  package struct Found: Sendable {
    package let value: String
    package var exposure: ExposedSecret?
  }

  /// Creates a source; tests give their own.
  package init(
    environment: @escaping @Sendable (_ name: String) -> String?,
    file: @escaping @Sendable (_ path: String) -> SecretFile?
  ) {
    self.environment = environment
    self.file = file
  }

  /// The process' own environment and files.
  package static let system = SecretSource(
    environment: { ProcessInfo.processInfo.environment[$0] },
    file: { SecretFile.read($0) }
  )

  /// The value of a name: from the environment, the file that NAME_FILE names, `$CREDENTIALS_DIRECTORY/NAME` or
  /// `/run/secrets/NAME`; nil when none of them has it.
  ///
  /// - Throws: What is the matter with the first file that there is, when it must not be used.
  package func find(_ name: String) throws(ExposedSecret) -> Found? {
    if let value = environment(name) { return Found(value: value) }
    var paths: [String] = []
    if let path = environment(name + "_FILE") { paths.append(path) }
    if let folder = environment("CREDENTIALS_DIRECTORY") { paths.append("\(folder)/\(name)") }
    paths.append("/run/secrets/\(name)")
    for path in paths {
      guard let file = file(path) else { continue }
      if let exposure = file.exposure, exposure.isRefused { throw exposure }
      return Found(value: Self.withoutLastNewline(file.text), exposure: file.exposure)
    }
    return nil
  }

  private static func withoutLastNewline(_ text: String) -> String {
    // A carriage return and a newline are one character to Swift.
    text.last == "\n" || text.last == "\r\n" ? String(text.dropLast()) : text
  }
}
