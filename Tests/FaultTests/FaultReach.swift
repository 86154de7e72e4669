import TestSupport

/// How Qualys is reached.
struct FaultReach: Sendable {
  /// What it proves itself with; plain HTTP without.
  var certificate: TestCertificate?
  /// Whether `ca-file` names that certificate.
  var isTrusted = true
  /// Its name or address.
  var host = "127.0.0.1"
  /// Whether it takes no connection until a person was told of that.
  var beginsFull = false

  /// The same when a person has seen to it.
  var mended: FaultReach { FaultReach(certificate: certificate == nil ? nil : .valid) }

  func url(port: Int) -> String { "\(certificate == nil ? "http" : "https")://\(host):\(port)" }

  /// A name that nobody knows: a label longer than 63 characters is refused by the system's own resolver, before it asks
  /// anybody on a network.
  static let nobody = FaultReach(certificate: .valid, host: String(repeating: "a", count: 64) + ".invalid")
}
