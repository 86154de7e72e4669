internal import Glibc
internal import Synchronization
internal import SystemPackage

/// The memory of the program's own code: whatever ran once stays in it.
final class CodeMemory: Sendable {
  private static let step = 64 << 20
  private let next = Atomic<Int>(0)

  /// Gives it back when the first logs are written, and again for each 64 MiB of them.
  ///
  /// What sets a run up is not needed again, and what ends a page or a file seldom.
  func letGo(written bytes: Int) {
    let next = next.load(ordering: .relaxed)
    guard bytes >= next else { return }
    let isFirst = self.next.compareExchange(expected: next, desired: bytes + Self.step, ordering: .relaxed).exchanged
    if isFirst { Self.letGo() }
  }

  /// Gives it back, some 15 MiB after reading options and the pipeline file and proving the plan.
  ///
  /// What is needed is mapped again at its next use, out of the system's cache of the file. Only what can be executed and
  /// not written is let go: it is as it stands in the file. Without success nothing is lost.
  static func letGo() {
    guard let maps = try? text(of: "/proc/self/maps") else { return }
    // `55d0c000-55d0f000 r-xp 00000000 08:01 42   /usr/bin/sluice`: the program itself comes first.
    guard let code = maps.split(separator: "\n").first(where: { $0.contains(" r-xp ") }),
      let range = code.split(separator: " ").first?.split(separator: "-"), range.count == 2,
      let start = UInt(range[0], radix: 16), let end = UInt(range[1], radix: 16), start < end
    else { return }
    unsafe madvise(UnsafeMutableRawPointer(bitPattern: start), Int(end - start), MADV_DONTNEED)
  }

  private static func text(of path: FilePath) throws -> String {
    let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
    return try file.closeAfter {
      unsafe try String(unsafeUninitializedCapacity: 4096) { room in
        try unsafe file.read(into: UnsafeMutableRawBufferPointer(room))
      }
    }
  }
}
