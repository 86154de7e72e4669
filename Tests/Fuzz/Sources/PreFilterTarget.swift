internal import PlainXML
internal import XMLEvents

extension FuzzTarget {
  /// The pre-filter: the same for any cut; only characters of XML come out; what is XML already stays as it is.
  static let preFilter = FuzzTarget(name: "pre-filter") { input in
    let whole = Filtered([input.document])
    try demandSame(whole, Filtered(input.pieces), "the output")
    if whole.isPassedThrough {
      return try demand(
        whole.output == input.document.withoutLeadingSpace,
        "a document in another encoding was changed"
      )
    }
    let text = String(validating: whole.output, as: UTF8.self)
    try demand(text?.unicodeScalars.allSatisfy(\.isXMLCharacter) == true, "the output holds what XML forbids")
    try demand(whole.offsets.count == whole.replacements, "not every replacement has its place")
    // With a document type, an undefined entity may be none of XML's business; libxml2 takes a NUL for the document's end.
    guard !input.document.contains("<!DOCTYPE"), !input.document.contains(0) else { return }
    guard PlainXML(input.document).verdict == .wellFormed else { return }
    let expected = input.document.withoutLeadingSpace
    try demand(whole.output == expected, "valid XML was changed to \(text ?? "")")
  }
}

/// All that the pre-filter has to say about a document.
private struct Filtered: Equatable {
  var output: [UInt8] = []
  var offsets: [Int] = []
  let replacements: Int
  let keptReferences: Int
  let isPassedThrough: Bool

  init(_ pieces: [[UInt8]]) {
    var filter = XMLPreFilter()
    var output: [UInt8] = []
    for piece in pieces {
      unsafe piece.withUnsafeBytes { piece in unsafe filter.filter(piece) { emitted, _ in unsafe output += emitted } }
    }
    unsafe filter.finish { emitted, _ in unsafe output += emitted }
    while let offset = filter.replacements.first {
      offsets += Array(repeating: offset, count: filter.takeReplacements(before: offset + 1))
    }
    self.output = output
    replacements = filter.replacementCount
    keptReferences = filter.keptReferenceCount
    isPassedThrough = filter.isPassingThrough
  }
}

extension Unicode.Scalar {
  fileprivate var isXMLCharacter: Bool {
    value >= 0x20 ? value != 0xFFFE && value != 0xFFFF : [0x09, 0x0A, 0x0D].contains(value)
  }
}

extension [UInt8] {
  /// What precedes a document is dropped: white space, and marks of the byte order.
  fileprivate var withoutLeadingSpace: [UInt8] {
    var rest = self[...]
    while let first = rest.first {
      if [0x20, 0x09, 0x0A, 0x0D].contains(first) {
        rest = rest.dropFirst()
      } else if rest.starts(with: [0xEF, 0xBB, 0xBF]) {
        rest = rest.dropFirst(3)
      } else {
        break
      }
    }
    return Array(rest)
  }

  fileprivate func contains(_ text: StaticString) -> Bool {
    text.withUTF8Buffer { unsafe firstRange(of: Array($0)) != nil }
  }
}
