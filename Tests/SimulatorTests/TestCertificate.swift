import Foundation
import Simulator
import TestSupport

/// A certificate for 127.0.0.1 that vouches for itself, and its key, which is everybody's.
enum TestCertificate {
  /// Writes both into a folder.
  static func files(in folder: TemporaryFolder) throws -> TLSFiles {
    try Data(certificate.utf8).write(to: folder.url.appending(path: "certificate.pem"))
    try Data(key.utf8).write(to: folder.url.appending(path: "key.pem"))
    return TLSFiles(certificateChain: folder.path("certificate.pem"), key: folder.path("key.pem"))
  }

  private static let key = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgfy5OxH+afZcUIZHD
    GrOWLEirfUHNsrXjUzGjSaBFB6OhRANCAARRiHZPje83OULeBb5ad4/yNvHoHHfK
    2V+ogcy58NYtfTZ55H3UZbzvZOVlcUTDTXjARQafms45T59+3rhCPWNV
    -----END PRIVATE KEY-----
    """

  private static let certificate = """
    -----BEGIN CERTIFICATE-----
    MIIBmzCCAUGgAwIBAgIUIdX4AcZu6keETs3eyZhujnUGl+4wCgYIKoZIzj0EAwIw
    FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMjAxNDgyNloYDzIxMjYxMDI5
    MDE0ODI2WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
    PQMBBwNCAARRiHZPje83OULeBb5ad4/yNvHoHHfK2V+ogcy58NYtfTZ55H3UZbzv
    ZOVlcUTDTXjARQafms45T59+3rhCPWNVo28wbTAdBgNVHQ4EFgQUolrFjzv9v+2B
    HMHB93XFcoQUyxgwHwYDVR0jBBgwFoAUolrFjzv9v+2BHMHB93XFcoQUyxgwDwYD
    VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
    zj0EAwIDSAAwRQIhAP7lqNh/p0jUWUsxBTqX+fXODqaRcSVW6ltRQTnefaTbAiAA
    hWREM7UhZYn1+XxWX7tq8iF2Xrm4Vsdco43+KGmX+g==
    -----END CERTIFICATE-----
    """
}
