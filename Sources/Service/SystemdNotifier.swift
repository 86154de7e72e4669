internal import Glibc
internal import ServiceLifecycle

/// Tells systemd that the service is ready, that it is alive, and that it ends (`Type=notify`, `WatchdogSec`).
///
/// Does nothing where `$NOTIFY_SOCKET` is not set.
package struct SystemdNotifier: ServiceLifecycle.Service {
  private let socket: String?
  /// How often the service must say that it is alive.
  private let watchdog: Duration?
  private let isAlive: @Sendable () -> String

  /// - Parameters:
  ///   - environment: Looks up a variable.
  ///   - status: One line of how the service stands; what makes it is what proves that the service is alive.
  package init(environment: (_ name: String) -> String?, status: @escaping @Sendable () -> String) {
    socket = environment("NOTIFY_SOCKET")
    watchdog = environment("WATCHDOG_USEC").flatMap { Int64($0) }.map { .microseconds($0) }
    isAlive = status
  }

  package func run() async throws {
    tell("READY=1\nSTATUS=\(isAlive())")
    let pause = min(watchdog.map { $0 / 3 } ?? .seconds(30), .seconds(30))
    try? await cancelWhenGracefulShutdown {
      while true {
        try await Task.sleep(for: pause)
        tell("WATCHDOG=1\nSTATUS=\(isAlive())")
      }
    }
    tell("STOPPING=1")
  }

  private func tell(_ text: String) {
    guard let socket else { return }
    let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var path = Array(socket.utf8)
    // @ stands for the name of a socket that is in no folder.
    if path.first == UInt8(ascii: "@") { path[0] = 0 }
    guard path.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path) }
    let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
    let length = socklen_t(offset + path.count)
    let bytes = Array(text.utf8)
    unsafe withUnsafePointer(to: &address) { address in
      unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        _ = unsafe bytes.withUnsafeBytes { unsafe sendto(descriptor, $0.baseAddress, $0.count, 0, address, length) }
      }
    }
  }
}
