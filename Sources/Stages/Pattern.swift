internal import Glibc
package import Streaming

/// A POSIX extended regular expression.
@safe
package final class Pattern: @unchecked Sendable {
  // Sendable: a compiled expression is only read (POSIX requires `regexec` to be safe between threads).
  private let compiled: UnsafeMutablePointer<regex_t>
  /// The expression as it was written.
  let text: String

  /// Compiles an expression.
  package init(_ text: String) throws(OptionError) {
    // Not the property before it stands: a thrown error would else run `deinit`.
    let compiled = UnsafeMutablePointer<regex_t>.allocate(capacity: 1)
    unsafe compiled.initialize(to: regex_t())
    let status = unsafe regcomp(compiled, text, REG_EXTENDED | REG_NOSUB)
    guard status == 0 else {
      var message = [CChar](repeating: 0, count: 200)
      unsafe regerror(status, compiled, &message, message.count)
      unsafe compiled.deallocate()
      let words = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      throw OptionError("matches", "'\(text)' is not a regular expression: \(words)")
    }
    unsafe self.compiled = compiled
    self.text = text
  }

  deinit {
    unsafe regfree(compiled)
    unsafe compiled.deallocate()
  }

  /// Whether a text contains a match.
  package func matches(_ text: String) -> Bool { unsafe regexec(compiled, text, 0, nil, 0) == 0 }
}
