internal import Foundation
internal import Glibc
internal import SystemPackage

/// A file that holds a secret: what it says, and who besides this user may look at it.
///
/// One that is open to others is refused. Only in a folder that is there for a service's secrets (`/run/secrets`, systemd's
/// `$CREDENTIALS_DIRECTORY`) its group may read it, as Kubernetes and systemd make them, and one that everybody may read
/// is used and told of, since Docker makes all of them so. Memory: the file, at most 1 MiB of it.
package struct SecretFile: Sendable, Equatable {
  /// What stands in it; empty when it is refused.
  package let text: String
  /// To whom it is open, unless that is as it should be.
  package let exposure: ExposedSecret?

  package init(_ text: String, exposure: ExposedSecret? = nil) {
    self.text = text
    self.exposure = exposure
  }

  private static let limit = 1 << 20

  /// The folders of this process in which whoever runs it puts secrets.
  package static let usualFolders =
    ["/run/secrets"] + [ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"]].compactMap { $0 }

  /// Reads a file; its mode is that of what was opened, whatever stands under its name by then.
  ///
  /// - Parameter folders: Those that are there for a service's secrets.
  /// - Returns: nil when it cannot be read, or is no text in UTF-8.
  package static func read(_ path: String, in folders: [String] = usualFolders) -> SecretFile? {
    guard let descriptor = try? FileDescriptor.open(FilePath(path), .readOnly, options: [.closeOnExec]) else {
      return nil
    }
    defer { try? descriptor.close() }
    var status = stat()
    guard unsafe fstat(descriptor.rawValue, &status) == 0 else { return nil }
    var exposure: ExposedSecret?
    // A pipe or a terminal is nobody else's to read.
    if status.st_mode & S_IFMT == S_IFREG {
      let isGiven = folders.contains { lies(descriptor, in: $0) }
      exposure = ExposedSecret(path, mode: status.st_mode & 0o7777, isGiven: isGiven)
    }
    if exposure?.isRefused ?? false { return SecretFile("", exposure: exposure) }
    guard let text = text(of: descriptor) else { return nil }
    return SecretFile(text, exposure: exposure)
  }

  /// Whether an open file lies in a folder, all links followed.
  private static func lies(_ descriptor: FileDescriptor, in folder: String) -> Bool {
    let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(descriptor.rawValue)")
    return path?.hasPrefix(URL(fileURLWithPath: folder).resolvingSymlinksInPath().path + "/") ?? false
  }

  private static func text(of descriptor: FileDescriptor) -> String? {
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 4096)
    while bytes.count < limit {
      guard let count = try? unsafe part.withUnsafeMutableBytes({ try unsafe descriptor.read(into: $0) }) else {
        return nil
      }
      if count == 0 { break }
      bytes += part.prefix(count)
    }
    return String(validating: bytes, as: UTF8.self)
  }
}

/// A file with a secret that others on this machine may read or change.
package struct ExposedSecret: Error, Sendable, Equatable, CustomStringConvertible {
  private let path: String
  private let mode: UInt32
  /// Whether the secret must not be used.
  package let isRefused: Bool

  /// Nil when its mode is as it should be.
  ///
  /// - Parameter isGiven: Whether it lies in a folder that is there for a service's secrets.
  package init?(_ path: String, mode: UInt32, isGiven: Bool) {
    let isOpenToOthers = mode & 0o007 != 0
    // In such a folder the group is the service's own.
    guard isOpenToOthers || mode & (isGiven ? 0o020 : 0o070) != 0 else { return nil }
    self.path = path
    self.mode = mode
    isRefused = !isGiven
  }

  /// What is the matter: one line.
  package var message: String {
    let whom = mode & 0o007 != 0 ? "others" : "its group"
    let octal = String(mode, radix: 8)
    let digits = String(repeating: "0", count: max(0, 4 - octal.count)) + octal
    return "'\(path)' holds a secret and is open to \(whom) (mode \(digits))"
  }

  /// What to do about it.
  package var help: String {
    isRefused ? "chmod 600 '\(path)'" : "let whatever puts it there give it the mode 0400"
  }

  package var description: String { "\(message); \(help)" }
}
