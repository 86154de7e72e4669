package import Health

/// What a person must mend before Qualys can be asked: a setting, a file, a certificate, a proxy.
package struct Misconfiguration: Error, Sendable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }

  /// Asking again would not help.
  package var errorClass: ErrorClass { .thirdPartyConfig }
}
