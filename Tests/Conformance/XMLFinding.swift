import PlainXML
import TestSupport
import XMLEvents

/// What we say of a document, once it is certain that it is right.
enum XMLFinding: String, Hashable {
  case accepted = "accepted"
  /// Accepted after the pre-filter mended it: forbidden characters, undefined entities, space before the document.
  case mended = "mended, and accepted"
  /// Accepted since its root element was read to its end; what follows it is broken.
  case acceptedToRoot = "accepted to the end of the root element"
  case refused = "refused"
  /// Refused since an entity is declared.
  case refusedEntities = "refused: an entity is declared"
  /// Refused since a reference may be to something in an external subset, which is never read.
  case refusedExternal = "refused: an external subset may matter"
  /// libxml2's own push parser does not say the same of pieces: it takes a `>` in quotes, or `]>` in an instruction, for
  /// the end of the document type if it has seen no more yet. It knows no limit of depth, either.
  case pushed = "libxml2's push parser itself says otherwise"

  /// Compares our verdict with libxml2's.
  init(_ document: [UInt8]) throws { try self.init(document, filtered: Self.filter(document)) }

  /// Compares our verdict with libxml2's own on the document that the pre-filter made of it.
  /// - Throws: `ContractViolation`, when they differ, or when it matters how the document is cut.
  init(_ document: [UInt8], filtered: [UInt8]) throws {
    let plain = PlainXML(filtered)
    if Self.sizes.contains(where: { PlainXML(pushing: filtered.pieces(of: $0)).verdict != plain.verdict }) {
      self = .pushed
      return
    }
    let whole = PushedXML(document.pieces(of: Self.sizes[0]))
    let cut = PushedXML(document.pieces(of: Self.sizes[1]))
    if (whole.error == nil) != (cut.error == nil) {
      throw ContractViolation("whole: \(Self.words(whole)); byte by byte: \(Self.words(cut))")
    }
    if whole.error == nil, whole.content != cut.content { throw ContractViolation("byte by byte, another content") }
    let isRefused = plain.declaresEntity || plain.verdict == .malformed
    if !isRefused, plain.hasExternalSubset, whole.error != nil {
      self = .refusedExternal
      return
    }
    if isRefused != (whole.error != nil) {
      throw ContractViolation("libxml2: \(plain.verdict); we: \(Self.words(whole))")
    }
    if !isRefused, plain.content != whole.content { throw ContractViolation("libxml2 tells another content") }
    self =
      switch plain.verdict {
      case _ where plain.declaresEntity: .refusedEntities
      case .malformed: .refused
      case .malformedBehindRoot: .acceptedToRoot
      case .wellFormed: filtered == document ? .accepted : .mended
      }
  }

  private static let sizes = [64 * 1024, 1]

  private static func words(_ parsed: PushedXML) -> String { parsed.error.map { "\($0)" } ?? "well-formed" }

  private static func filter(_ document: [UInt8]) -> [UInt8] {
    var filter = XMLPreFilter()
    var output: [UInt8] = []
    unsafe document.withUnsafeBytes { document in
      unsafe filter.filter(document) { emitted, _ in unsafe output += emitted }
    }
    unsafe filter.finish { emitted, _ in unsafe output += emitted }
    return output
  }
}
