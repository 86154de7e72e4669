import Foundation
import NIOSSL
import Qualys
import TestSupport
import Testing

private let hasOpenSSL = FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")

/// Whom we trust, and whom we show who we are.
@Suite(.enabled(if: hasOpenSSL, "openssl makes the certificates; it is not here"))
struct LiveTLSTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Makes a key and a certificate that signs itself; returns their paths.
  private func certificate(_ name: String, for host: String = "DNS:localhost,IP:127.0.0.1", days: Int = 2) async throws
    -> (certificate: String, key: String)
  {
    let (certificate, key) = (folder.path("\(name).pem"), folder.path("\(name).key"))
    try await openssl([
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
      "/CN=\(name)", "-addext", "subjectAltName=\(host)", "-keyout", key, "-out", certificate,
    ])
    if days < 0 {
      let old = folder.path("\(name)-old.pem")
      try await openssl(["x509", "-in", certificate, "-signkey", key, "-days", "\(days)", "-out", old])
      return (old, key)
    }
    return (certificate, key)
  }

  private func openssl(_ arguments: [String]) async throws {
    let result = try await Command.run("/usr/bin/openssl", arguments)
    try #require(result.status == 0, "\(result.errorText)")
  }

  private func server(_ files: (certificate: String, key: String)) throws -> TLSConfiguration {
    .makeServerConfiguration(
      certificateChain: try NIOSSLCertificate.fromPEMFile(files.certificate).map { .certificate($0) },
      privateKey: .privateKey(try NIOSSLPrivateKey(file: files.key, format: .pem))
    )
  }

  /// Asks a server; gives its answer, or why there was none.
  private func ask(
    _ configuration: TLSConfiguration,
    _ files: TLSFiles,
    steps: [RawServer.Step] = [.answer(200, "ok")]
  ) async throws -> String {
    try await RawServer.with(tls: configuration) { _, _ in
      steps
    } _: { server, port in
      try await withLive(server: "https://127.0.0.1:\(port)", tls: files) { live in
        do {
          return try await live.answer().text
        } catch let error as Misconfiguration {
          #expect(server.requests.isEmpty, "the password went to a server that is not trusted")
          return "misconfigured: \(error)"
        } catch let error as BrokenConnection {
          return "broken: \(error)"
        }
      }
    }
  }

  @Test("A certificate that signs itself is trusted only when it is named in ca-file")
  func selfSigned() async throws {
    let files = try await certificate("a")
    let other = try await certificate("b")
    let untrusted = "misconfigured: its certificate cannot be trusted"
    let refused = try await ask(server(files), TLSFiles())
    #expect(refused.hasPrefix(untrusted) && refused.contains("'ca-file'"))
    #expect(try await ask(server(files), TLSFiles(authorities: other.certificate)).hasPrefix(untrusted))
    #expect(try await ask(server(files), TLSFiles(authorities: files.certificate)) == "ok")
  }

  @Test("A certificate for another name is refused, and one that has expired")
  func otherName() async throws {
    let other = try await certificate("c", for: "DNS:elsewhere.example")
    let text = try await ask(server(other), TLSFiles(authorities: other.certificate))
    #expect(text.hasPrefix("misconfigured: its certificate is for another name"), "\(text)")
    let old = try await certificate("d", days: -1)
    let expired = try await ask(server(old), TLSFiles(authorities: old.certificate))
    #expect(expired.hasPrefix("misconfigured: its certificate cannot be trusted"), "\(expired)")
  }

  @Test("TLS 1.1 is not spoken")
  func oldVersion() async throws {
    let files = try await certificate("e")
    var old = try server(files)
    (old.minimumTLSVersion, old.maximumTLSVersion) = (.tlsv1, .tlsv11)
    #expect(try await ask(old, TLSFiles(authorities: files.certificate)).hasPrefix("broken: "))
  }

  @Test("A client's certificate is shown to a server that wants one; without it the server refuses")
  func client() async throws {
    let (files, mine) = (try await certificate("f"), try await certificate("g"))
    var picky = try server(files)
    picky.certificateVerification = .noHostnameVerification
    picky.trustRoots = .file(mine.certificate)
    let trusting = TLSFiles(authorities: files.certificate)
    let text = try await ask(picky, trusting)
    #expect(text.hasPrefix("misconfigured: it wants a client's certificate"), "\(text)")
    var showing = trusting
    (showing.clientCertificate, showing.clientKey) = (mine.certificate, mine.key)
    #expect(try await ask(picky, showing) == "ok")
  }

  @Test("A connection that is cut without the goodbye of TLS is no end of a body")
  func cut() async throws {
    let files = try await certificate("h")
    let steps: [RawServer.Step] = [.text("HTTP/1.1 200 OK\r\n\r\nhello"), .cut]
    let text = try await ask(server(files), TLSFiles(authorities: files.certificate), steps: steps)
    #expect(text == "broken: the connection was cut without a goodbye of TLS (close_notify)")
    let whole: [RawServer.Step] = [.text("HTTP/1.1 200 OK\r\n\r\nhello"), .close]
    #expect(try await ask(server(files), TLSFiles(authorities: files.certificate), steps: whole) == "hello")
  }

  @Test("Files that cannot be read, or do not belong together, are told when the transport is made")
  func badFiles() async throws {
    let (one, two) = (try await certificate("i"), try await certificate("j"))
    func error(_ files: TLSFiles) -> String {
      let error = #expect(throws: Misconfiguration.self) {
        _ = try LiveTransport(
          Platform(named: "US2"),
          credentials: Credentials(username: Secret("u"), password: Secret("p")),
          tls: files
        )
      }
      return error?.description ?? ""
    }
    #expect(error(TLSFiles(authorities: "/nowhere.pem")).hasPrefix("'ca-file': no certificate in PEM"))
    #expect(error(TLSFiles(authorities: one.key)).hasPrefix("'ca-file': no certificate in PEM"))
    #expect(error(TLSFiles(clientCertificate: one.certificate)).hasPrefix("'client-certificate' and 'client-key' need"))
    let wrong = TLSFiles(clientCertificate: one.certificate, clientKey: two.key)
    #expect(error(wrong).contains("is not the key of the certificate"))
    let noKey = TLSFiles(clientCertificate: one.certificate, clientKey: one.certificate)
    #expect(error(noKey).hasPrefix("'client-key': '\(one.certificate)' holds a secret and is open to others"))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: one.certificate)
    #expect(error(noKey).contains("cannot be read as a key in PEM"))
  }
}
