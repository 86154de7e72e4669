internal import CLibXML2
internal import XMLEvents

/// What libxml2 says of a document, with nothing of ours before it: the measure of what we say.
package struct PlainXML: Sendable {
  package enum Verdict: Sendable {
    case wellFormed
    /// Not well-formed, and the fault lies behind the root element, all of which was read.
    case malformedBehindRoot
    case malformed
  }

  package let verdict: Verdict
  /// Whether an entity was declared before a fault was met.
  package let declaresEntity: Bool
  /// Whether the document type names an external subset; it is never read.
  package let hasExternalSubset: Bool
  /// The elements, attributes and texts.
  package let content: [UInt8]

  /// Parses a whole document in memory; nothing is expanded or fetched.
  package init(_ document: [UInt8]) {
    unsafe self.init { handler, recording in
      unsafe document.withUnsafeBytes { bytes in
        guard let start = bytes.baseAddress,
          let parser = unsafe xmlCreateMemoryParserCtxt(start.assumingMemoryBound(to: CChar.self), Int32(bytes.count))
        else { return nil }
        unsafe parser.pointee.sax.pointee = unsafe handler
        unsafe parser.pointee.userData = UnsafeMutableRawPointer(recording)
        unsafe xmlCtxtUseOptions(parser, Int32(XML_PARSE_NONET.rawValue))
        unsafe xmlParseDocument(parser)
        return unsafe parser
      }
    }
  }

  /// Parses a document that comes in pieces; nothing is expanded or fetched.
  package init(pushing pieces: some Sequence<[UInt8]>) {
    unsafe self.init { handler, recording in
      var handler = unsafe handler
      let parser = unsafe xmlCreatePushParserCtxt(&handler, recording, nil, 0, nil)
      unsafe xmlCtxtUseOptions(parser, Int32(XML_PARSE_NONET.rawValue))
      for piece in pieces {
        unsafe piece.withUnsafeBytes { bytes in
          let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
          _ = unsafe xmlParseChunk(parser, start, Int32(bytes.count), 0)
        }
      }
      unsafe xmlParseChunk(parser, nil, 0, 1)
      return unsafe parser
    }
  }

  private init(parse: (xmlSAXHandler, UnsafeMutablePointer<XMLRecording>) -> xmlParserCtxtPtr?) {
    xmlInitParser()
    var recording = XMLRecording()
    let isWellFormed = unsafe withUnsafeMutablePointer(to: &recording) { recording in
      guard let parser = unsafe parse(Self.handler, recording) else { return false }
      defer {
        if let made = unsafe parser.pointee.myDoc { unsafe xmlFreeDoc(made) }
        unsafe xmlFreeParserCtxt(parser)
      }
      return unsafe parser.pointee.wellFormed == 1
    }
    verdict = isWellFormed ? .wellFormed : recording.context.isRootClosed ? .malformedBehindRoot : .malformed
    declaresEntity = recording.declaresEntity
    hasExternalSubset = recording.hasExternalSubset
    content = recording.normalized
  }

  private static var handler: xmlSAXHandler {
    var handler = unsafe XMLRecording.handler
    unsafe handler.entityDecl = { context, _, _, _, _, _ in
      unsafe context?.assumingMemoryBound(to: XMLRecording.self).pointee.declaresEntity = true
    }
    unsafe handler.unparsedEntityDecl = { context, _, _, _, _ in
      unsafe context?.assumingMemoryBound(to: XMLRecording.self).pointee.declaresEntity = true
    }
    unsafe handler.internalSubset = { context, _, publicID, systemID in
      guard unsafe publicID != nil || systemID != nil else { return }
      unsafe context?.assumingMemoryBound(to: XMLRecording.self).pointee.hasExternalSubset = true
    }
    return unsafe handler
  }
}
