internal import NIOSSL

/// What a server proves its identity with over TLS, in PEM files.
package struct TLSFiles: Sendable {
  /// The path of the certificate, followed by those that vouch for it.
  package var certificateChain: String

  /// The path of the certificate's key.
  package var key: String

  /// The path of the certificates that vouch for clients, which must prove theirs then; `nil` asks for none.
  package var clientAuthority: String?

  package init(certificateChain: String, key: String, clientAuthority: String? = nil) {
    self.certificateChain = certificateChain
    self.key = key
    self.clientAuthority = clientAuthority
  }

  /// - Throws: What is wrong with the files.
  func makeContext() throws -> NIOSSLContext {
    let certificates = try NIOSSLCertificate.fromPEMFile(certificateChain)
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: certificates.map { .certificate($0) },
      privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem))
    )
    if let clientAuthority {
      configuration.certificateVerification = .noHostnameVerification
      configuration.trustRoots = .file(clientAuthority)
    }
    return try NIOSSLContext(configuration: configuration)
  }
}
