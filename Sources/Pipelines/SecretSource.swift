internal import Foundation

/// Where the value of `${NAME}` is looked up.
package struct SecretSource: Sendable {
  /// A variable of the environment.
  package var environment: @Sendable (_ name: String) -> String?
  /// The text of a file; nil when it cannot be read.
  package var file: @Sendable (_ path: String) -> String?

  /// Creates a source; tests give their own.
  package init(
    environment: @escaping @Sendable (_ name: String) -> String?,
    file: @escaping @Sendable (_ path: String) -> String?
  ) {
    self.environment = environment
    self.file = file
  }

  /// The process' own environment and files.
  package static let system = SecretSource(
    environment: { ProcessInfo.processInfo.environment[$0] },
    file: { path in FileManager.default.contents(atPath: path).flatMap { String(data: $0, encoding: .utf8) } }
  )

  /// The value of a name: from the environment, the file that NAME_FILE names, `$CREDENTIALS_DIRECTORY/NAME` or
  /// `/run/secrets/NAME`.
  package func value(of name: String) -> String? {
    if let value = environment(name) { return value }
    var paths: [String] = []
    if let path = environment(name + "_FILE") { paths.append(path) }
    if let folder = environment("CREDENTIALS_DIRECTORY") { paths.append("\(folder)/\(name)") }
    paths.append("/run/secrets/\(name)")
    for path in paths {
      if let text = file(path) { return Self.withoutLastNewline(text) }
    }
    return nil
  }

  private static func withoutLastNewline(_ text: String) -> String {
    // A carriage return and a newline are one character to Swift.
    text.last == "\n" || text.last == "\r\n" ? String(text.dropLast()) : text
  }
}
