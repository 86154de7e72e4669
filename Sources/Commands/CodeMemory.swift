internal import Glibc
internal import SystemPackage

/// The code that starting up has touched: reading options and the pipeline file, proving the plan.
enum StartUpCode {
  /// Gives back the memory of the program's own code, some 15 MiB, most of which is not needed again.
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
