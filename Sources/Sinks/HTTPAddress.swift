package import Streaming

/// Where requests go: a URL that opens to whoever knows it, so that only its beginning is ever shown.
package struct HTTPAddress: Sendable, CustomStringConvertible, CustomReflectable {
  /// All of it; a secret.
  let url: String
  /// Its scheme, host and port.
  package let origin: String

  /// Reads a URL.
  package init(_ text: String) throws(OptionError) {
    guard let colon = text.firstRange(of: "://"), ["http", "https"].contains(text[..<colon.lowerBound].lowercased())
    else { throw OptionError("url", "'url' begins with neither https:// nor http://") }
    let authority = text[colon.upperBound...].prefix { !"/?#".contains($0) }
    if authority.contains("@") {
      throw OptionError(
        "url",
        "'url' holds a user's name or password",
        help: "put it into a header: headers: { Authorization: \"Basic ${…}\" }"
      )
    }
    guard text.utf8.allSatisfy({ 0x21...0x7E ~= $0 }), !text.contains("#"), Self.isAuthority(authority) else {
      throw OptionError("url", "'url' is not a URL", help: "one has the shape https://host/path")
    }
    url = text
    origin = String(text[..<authority.endIndex])
  }

  /// A host, and a port if there is one.
  private static func isAuthority(_ text: Substring) -> Bool {
    // An IPv6 address has colons of its own, in brackets.
    let host =
      text.hasPrefix("[") ? text.prefix { $0 != "]" } + text.drop { $0 != "]" }.prefix(1) : text.prefix { $0 != ":" }
    let port = text.dropFirst(host.count)
    guard port.isEmpty || port.first == ":" && UInt16(port.dropFirst()) ?? 0 > 0 else { return false }
    if host.hasPrefix("[") { return host.hasSuffix("]") && host.count > 3 }
    return !host.isEmpty && host.allSatisfy { $0.isLetter || $0.isNumber || "-._".contains($0) }
  }

  /// What a person may see of it.
  package var description: String { "\(origin)/…" }

  package var customMirror: Mirror { Mirror(self, children: ["origin": origin]) }

  /// What no message may repeat: all of it, what stands behind the host, and the longer words of that.
  var secrets: [String] {
    let target = url.dropFirst(origin.count)
    // A code may end in =, and the value of a parameter may be repeated without its name.
    let words = ["/?&", "/?&="].flatMap { ends in target.split { ends.contains($0) } }.filter { $0.count > 5 }
    return target.count > 1 ? [url, String(target)] + words.map(String.init) : []
  }
}
