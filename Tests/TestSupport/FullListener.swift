internal import Glibc
internal import Synchronization

/// A port on loopback whose queue is full, so that the system answers nobody who connects.
package final class FullListener: Sendable {
  package let port: Int
  private let sockets: Mutex<[Int32]>

  package struct Failure: Error {}

  package init() throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var sockets = [listener]
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    port = try unsafe withUnsafeMutablePointer(to: &address) { address in
      try unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        guard unsafe bind(listener, address, length) == 0, listen(listener, 0) == 0,
          unsafe getsockname(listener, address, &length) == 0
        else { throw Failure() }
      }
      return Int(unsafe UInt16(bigEndian: address.pointee.sin_port))
    }
    // A backlog of 0 still holds one, and one that is being made.
    for _ in 0..<4 {
      let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      sockets.append(client)
      _ = fcntl(client, F_SETFL, O_NONBLOCK)
      _ = unsafe withUnsafePointer(to: &address) { address in
        unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe connect(client, $0, length) }
      }
    }
    self.sockets = Mutex(sockets)
  }

  deinit { close() }

  /// Leaves the port to somebody else.
  package func close() {
    let open = sockets.withLock { sockets in
      defer { sockets = [] }
      return sockets
    }
    for socket in open { Glibc.close(socket) }
  }
}
