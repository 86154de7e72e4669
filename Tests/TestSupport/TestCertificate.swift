internal import Foundation
package import Simulator

/// A certificate that vouches for itself, with a key that is everybody's.
package enum TestCertificate: String, CaseIterable, Sendable {
  /// For localhost and 127.0.0.1.
  case valid
  /// The same, over since 2021.
  case expired
  /// For elsewhere.example.
  case ofAnotherName

  /// Writes it and its key into a folder.
  package func files(in folder: TemporaryFolder) throws -> TLSFiles {
    let names = (certificate: "\(rawValue).pem", key: "key.pem")
    try Data(text.utf8).write(to: folder.url.appending(path: names.certificate))
    try Data(Self.key.utf8).write(to: folder.url.appending(path: names.key))
    return TLSFiles(certificateChain: folder.path(names.certificate), key: folder.path(names.key))
  }

  private static let key = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgfy5OxH+afZcUIZHD
    GrOWLEirfUHNsrXjUzGjSaBFB6OhRANCAARRiHZPje83OULeBb5ad4/yNvHoHHfK
    2V+ogcy58NYtfTZ55H3UZbzvZOVlcUTDTXjARQafms45T59+3rhCPWNV
    -----END PRIVATE KEY-----
    """

  private var text: String {
    switch self {
    case .valid:
      """
      -----BEGIN CERTIFICATE-----
      MIIBZzCCAQ2gAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
      c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
      CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABFGIdk+N7zc5Qt4F
      vlp3j/I28egcd8rZX6iBzLnw1i19NnnkfdRlvO9k5WVxRMNNeMBFBp+azjlPn37e
      uEI9Y1WjTjBMMB0GA1UdDgQWBBSiWsWPO/2/7YEcwcH3dcVyhBTLGDAPBgNVHRMB
      Af8EBTADAQH/MBoGA1UdEQQTMBGCCWxvY2FsaG9zdIcEfwAAATAKBggqhkjOPQQD
      AgNIADBFAiEA3MNxTZ/zp+E1Fw9ui/yTf325/502013/5AuD+ETT3ycCIFmWfFXz
      UyzQZn8zwOsIyOzNZK4bxhb+KHPSMPv84Hib
      -----END CERTIFICATE-----
      """
    case .expired:
      """
      -----BEGIN CERTIFICATE-----
      MIIBZTCCAQugAwIBAgIBAjAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
      c3QwHhcNMjAwMTAxMDAwMDAwWhcNMjEwMTAxMDAwMDAwWjAUMRIwEAYDVQQDDAls
      b2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARRiHZPje83OULeBb5a
      d4/yNvHoHHfK2V+ogcy58NYtfTZ55H3UZbzvZOVlcUTDTXjARQafms45T59+3rhC
      PWNVo04wTDAdBgNVHQ4EFgQUolrFjzv9v+2BHMHB93XFcoQUyxgwDwYDVR0TAQH/
      BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZIzj0EAwID
      SAAwRQIhAJAedNs1+RdJkZSi9SbTss/pDtU8jeHNO3IsSGN1jAmtAiBviZGRAejM
      4hF1VG/dyOUJz5mvMPvuHu+xFEbwyJs9HQ==
      -----END CERTIFICATE-----
      """
    case .ofAnotherName:
      """
      -----BEGIN CERTIFICATE-----
      MIIBaDCCAQ+gAwIBAgIBAzAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
      c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
      CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABFGIdk+N7zc5Qt4F
      vlp3j/I28egcd8rZX6iBzLnw1i19NnnkfdRlvO9k5WVxRMNNeMBFBp+azjlPn37e
      uEI9Y1WjUDBOMB0GA1UdDgQWBBSiWsWPO/2/7YEcwcH3dcVyhBTLGDAPBgNVHRMB
      Af8EBTADAQH/MBwGA1UdEQQVMBOCEWVsc2V3aGVyZS5leGFtcGxlMAoGCCqGSM49
      BAMCA0cAMEQCIBjfP2ztJxWTRPGncSPLqQkQVj5KPAsuLaKSAWbiW8nLAiAOuLko
      yzl/tUFZdWnU0H//+CR5gSHGxPnmoQopRrl5UQ==
      -----END CERTIFICATE-----
      """
    }
  }
}
