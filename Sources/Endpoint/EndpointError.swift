internal import Glibc

/// Why the endpoint cannot be had, and what to do.
package struct EndpointError: Error, Sendable, Equatable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }

  /// A failure to listen, by the system's number for it.
  init(code: Int32, listeningOn port: Int) {
    let reason =
      switch code {
      case EADDRINUSE: "another program listens there; stop it, or choose another port"
      case EACCES: "the system allows ports below 1024 to a few only; choose a higher one"
      case EADDRNOTAVAIL: "this machine does not have the address that is set; choose one of its own"
      default: "the system answered errno \(code)"
      }
    self.init("the endpoint cannot listen on port \(port): \(reason)")
  }
}
