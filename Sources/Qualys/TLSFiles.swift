internal import NIOSSL

/// Certificates of one's own, as files in PEM; certificates of servers are always verified.
package struct TLSFiles: Sendable {
  /// Authorities that are trusted besides the system's.
  package var authorities: String?
  /// The certificate, and those above it, that is shown to servers that want one.
  package var clientCertificate: String?
  /// Its key, without a passphrase.
  package var clientKey: String?

  package init(authorities: String? = nil, clientCertificate: String? = nil, clientKey: String? = nil) {
    self.authorities = authorities
    self.clientCertificate = clientCertificate
    self.clientKey = clientKey
  }

  /// TLS 1.2 or later, with the files read.
  /// - Throws: `Misconfiguration` when a file cannot be read, the key is open to others, or key and certificate do not belong together.
  func configuration() throws(Misconfiguration) -> TLSConfiguration {
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.minimumTLSVersion = .tlsv12
    tls.certificateVerification = .fullVerification
    if let authorities {
      tls.additionalTrustRoots = [.certificates(try Self.certificates(authorities, "ca-file"))]
    }
    guard clientCertificate != nil || clientKey != nil else { return tls }
    guard let clientCertificate, let clientKey else {
      throw Misconfiguration("'client-certificate' and 'client-key' need each other; one of them is missing")
    }
    tls.certificateChain = try Self.certificates(clientCertificate, "client-certificate").map { .certificate($0) }
    let key = SecretFile.read(clientKey)
    if let exposure = key?.exposure, exposure.isRefused { throw Misconfiguration("'client-key': \(exposure)") }
    do {
      tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: Array((key?.text ?? "").utf8), format: .pem))
    } catch {
      throw Misconfiguration("'client-key': '\(clientKey)' cannot be read as a key in PEM without a passphrase")
    }
    do {
      _ = try NIOSSLContext(configuration: tls)
    } catch {
      throw Misconfiguration("'client-key': '\(clientKey)' is not the key of the certificate in 'client-certificate'")
    }
    return tls
  }

  private static func certificates(_ path: String, _ setting: String) throws(Misconfiguration) -> [NIOSSLCertificate] {
    let certificates = try? NIOSSLCertificate.fromPEMFile(path)
    guard let certificates, !certificates.isEmpty else {
      throw Misconfiguration("'\(setting)': no certificate in PEM can be read from '\(path)'")
    }
    return certificates
  }
}
