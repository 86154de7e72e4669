extension [UInt8] {
  /// These bytes in pieces of a size, made as they are asked for; the last may be smaller.
  package func pieces(of size: Int) -> some Sequence<[UInt8]> {
    stride(from: 0, to: count, by: size).lazy.map { Array(self[$0..<Swift.min($0 + size, count)]) }
  }
}
