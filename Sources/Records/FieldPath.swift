/// A path of Qualys' own names from a record to one of its fields: `IP`, `DNS_DATA.FQDN`, `DETECTION.QDS.@severity`.
public struct FieldPath: Sendable, Hashable, CustomStringConvertible {
  /// The path as it was written.
  public let description: String
  package let names: [Name]
  /// The attribute at the end of the path, if it ends in one.
  package let attribute: Name?

  /// Reads a path; nil when it is empty or has an empty part.
  public init?(_ text: some StringProtocol) {
    description = String(text)
    var parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard !parts.isEmpty, parts.allSatisfy({ !$0.isEmpty && $0 != "@" }) else { return nil }
    if let last = parts.last, last.hasPrefix("@") {
      attribute = Name(utf8: Array(last.dropFirst().utf8))
      parts.removeLast()
    } else {
      attribute = nil
    }
    names = parts.compactMap { Name(utf8: Array($0.utf8)) }
    guard names.count == parts.count, !names.isEmpty else { return nil }
  }
}
