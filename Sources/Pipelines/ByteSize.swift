/// Numbers of bytes as a pipeline file writes them: `65536`, `64KiB`, `1MB`.
package enum ByteSize {
  private static let units: [(name: String, bytes: Int)] = [
    ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40),
    ("kB", 1000), ("KB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000), ("B", 1),
  ]

  /// Reads a size; nil when it is none.
  package static func parse(_ text: String) -> Int? {
    var number = text[...]
    var factor = 1
    if let unit = units.first(where: { text.hasSuffix($0.name) }) {
      number = text.dropLast(unit.name.count)
      if number.last == " " { number = number.dropLast() }
      factor = unit.bytes
    }
    guard number.first?.isNumber == true, let count = Int(number) else { return nil }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: factor)
    return overflow ? nil : bytes
  }

  /// A size as it would be written.
  package static func text(_ bytes: Int) -> String {
    for unit in units.prefix(4).reversed() where bytes >= unit.bytes && bytes % unit.bytes == 0 {
      return "\(bytes / unit.bytes)\(unit.name)"
    }
    return String(bytes)
  }
}
