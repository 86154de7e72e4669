extension [UInt8] {
  /// Whether something in the document type may look like its end: a `>` in quotes, whatever in an internal subset.
  ///
  /// libxml2's push parser takes it for the end when it has not seen more yet, and refuses the document: then, and only
  /// then, it matters how a document is cut. No answer of Qualys' has one.
  var hidesEndOfDocumentType: Bool {
    guard let start = firstRange(of: Array("<!DOCTYPE".utf8)) else { return false }
    var quote: UInt8?
    for byte in self[start.upperBound...] {
      switch byte {
      case UInt8(ascii: ">"): return quote != nil
      case UInt8(ascii: "[") where quote == nil: return true
      case UInt8(ascii: "\""), UInt8(ascii: "'"): quote = quote == nil ? byte : quote == byte ? nil : quote
      default: break
      }
    }
    return quote != nil
  }
}
