internal import Streaming

/// Options that take IPv4 addresses and ranges of them: `10.0.0.1,10.0.1.0-10.0.1.9,10.0.2.0/24`.
enum AddressRanges {
  /// Refuses what is none, which Qualys would answer with 1905 in the middle of a run.
  static func check(_ name: String, of options: Options) throws(OptionError) {
    let words = (options.texts(name) ?? []).flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
    guard words.contains(where: { !isRange($0) }) else { return }
    // Not which one: an address is not to stand in a log.
    throw OptionError(
      name,
      "one of the \(words.count) values is neither an IPv4 address nor a range of them",
      help: "write addresses, ranges such as 10.0.0.1-10.0.0.9, or networks such as 10.0.2.0/24"
    )
  }

  private static func isRange(_ text: Substring) -> Bool {
    let network = text.split(separator: "/", omittingEmptySubsequences: false)
    if network.count == 2 {
      return address(network[0]) != nil && Int(network[1]).map { (0...32).contains($0) } == true
    }
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map(address)
    guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1] else { return false }
    return first <= last
  }

  private static func address(_ text: Substring) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { part in
      part.count <= 3 && part.allSatisfy { $0.isASCII && $0.isNumber } ? UInt8(part) : nil
    }
    guard parts.count == 4, numbers.count == 4 else { return nil }
    return numbers.reduce(0) { $0 << 8 | UInt32($1) }
  }
}
