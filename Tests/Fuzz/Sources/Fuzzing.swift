internal import Foundation
internal import TestSupport

/// The target of this process.
enum Fuzzing {
  static let target = FuzzTarget.all.first { $0.name == ProcessInfo.processInfo.environment["SLUICE_FUZZ_TARGET"] }

  /// Shows the target one input; stops the process, which libFuzzer notes, when the target breaks a promise.
  static func check(_ bytes: UnsafeRawBufferPointer) {
    do {
      try target?.check(unsafe FuzzInput(bytes))
    } catch {
      fatalError("\(error)")
    }
  }
}
