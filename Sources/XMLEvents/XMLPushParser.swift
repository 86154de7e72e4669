internal import CLibXML2

/// The only place that knows libxml2: its SAX push parser, set up so that nothing is ever expanded or fetched.
///
/// Bytes are fed as they arrive, through ``XMLPreFilter``, and the callbacks run meanwhile. The callbacks are C functions over a pointer, since this is
/// the innermost loop: a class as the context costs a fifth of the time in exclusivity checks.
///
/// Why these settings (libxml2 2.9.14, each of them tried): `XML_PARSE_NONET` alone. `NOENT` expands, `DTDLOAD`
/// fetches, `RECOVER` drops text and takes broken documents for whole ones, `HUGE` switches off the guard against
/// entity bombs and is quadratic on long CDATA. A document that declares an entity is stopped at once.
///
/// Memory: about 100 KiB, whatever the document's size. Not for two tasks at once.
@safe
package final class XMLPushParser {
  /// What happens while bytes are fed.
  ///
  /// Names and texts live for the call only.
  @safe
  package struct Callbacks {
    /// An element begins: (context, name, attributes).
    ///
    /// Attributes are pairs of a name and a value, behind the last a nil; there is nothing at all without them. Names come
    /// with their prefix and are interned: the same pointer is the same name.
    package typealias Start =
      @convention(c) (
        UnsafeMutableRawPointer?, UnsafePointer<UInt8>?, UnsafeMutablePointer<UnsafePointer<UInt8>?>?
      ) -> Void
    /// An element ends: (context, name).
    package typealias End = @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<UInt8>?) -> Void
    /// A piece of text.
    package typealias Text = @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<UInt8>?, Int32) -> Void

    package var start: Start
    package var end: End
    package var characters: Text
    package var cdata: Text

    package init(start: Start, end: End, characters: Text, cdata: Text) {
      unsafe self.start = unsafe start
      unsafe self.end = unsafe end
      unsafe self.characters = unsafe characters
      unsafe self.cdata = unsafe cdata
    }
  }

  /// What every callback's context must begin with, so that the parser's own callbacks find their way.
  @safe
  package struct Context {
    fileprivate var place = unsafe SluiceParserPlace()
    fileprivate var parser: xmlParserCtxtPtr? {
      get { unsafe place.parser }
      set { unsafe place.parser = unsafe newValue }
    }
    /// Whom elements are told to.
    fileprivate(set) var callbacks: Callbacks?
    fileprivate var declaredEntity = false
    fileprivate var metReference = false
    /// Whether the root element was closed; kept by the callbacks' owner, who counts elements anyway.
    package var isRootClosed = false
    package init() {}

    /// Bytes of the document before the place that the parser is at.
    package var offset: Int { unsafe parser.map { unsafe xmlByteConsumed($0) } ?? 0 }
  }

  /// Starts libxml2 once, before any thread parses; it is never shut down.
  private static let isStarted: Void = xmlInitParser()

  let parser: xmlParserCtxtPtr
  let context: UnsafeMutablePointer<Context>
  let callbacks: Callbacks
  let names = InternedNames()
  let lent = LentAttribute()
  private var preFilter = XMLPreFilter()
  /// Held beside the filter, for callbacks ask it while the filter is at work.
  private let replacements: ReplacementQueue
  private var failure: XMLError?
  private var hasBytes = false
  /// Bytes handed to libxml2.
  var pushed = 0

  /// Creates a parser; `context` is what the callbacks receive, begins with a ``Context`` and outlives the parser.
  package init(_ callbacks: Callbacks, context: UnsafeMutableRawPointer) {
    _ = Self.isStarted
    replacements = preFilter.replacements
    self.callbacks = callbacks
    unsafe self.context = unsafe context.assumingMemoryBound(to: Context.self)
    var handler = unsafe xmlSAXHandler()
    // The interface without namespaces, in which Qualys has nothing: a twentieth less work. A prefix is part of the name.
    // It knows no defaults of attributes either, so a document that may declare some is read by the other one.
    unsafe handler.initialized = 1
    unsafe handler.startElement = unsafe callbacks.start
    unsafe handler.endElement = unsafe callbacks.end
    unsafe handler.characters = unsafe callbacks.characters
    // The same, or libxml2 looks through all white space to tell what might be ignorable.
    unsafe handler.ignorableWhitespace = unsafe callbacks.characters
    unsafe handler.cdataBlock = unsafe callbacks.cdata
    unsafe sluiceNoteErrors(&handler)
    unsafe handler.internalSubset = { context, _, _, _ in
      guard let context = unsafe context?.assumingMemoryBound(to: Context.self),
        let parser = unsafe context.pointee.parser,
        unsafe parser.pointee.input?.pointee.cur?.pointee == UInt8(ascii: "[")
      else { return }
      unsafe XMLNamespaceEvents.use(in: parser)
    }
    unsafe handler.entityDecl = { context, _, _, _, _, _ in
      guard let context = unsafe context?.assumingMemoryBound(to: Context.self) else { return }
      unsafe context.pointee.declaredEntity = true
      unsafe xmlStopParser(context.pointee.parser)
    }
    unsafe handler.unparsedEntityDecl = { context, _, _, _, _ in
      guard let context = unsafe context?.assumingMemoryBound(to: Context.self) else { return }
      unsafe context.pointee.declaredEntity = true
      unsafe xmlStopParser(context.pointee.parser)
    }
    unsafe handler.reference = { context, _ in
      unsafe context?.assumingMemoryBound(to: Context.self).pointee.metReference = true
    }
    // Without memory there is nothing left to do but stop.
    guard let parser = unsafe xmlCreatePushParserCtxt(&handler, context, nil, 0, nil) else {
      fatalError("libxml2 could not get memory for a parser")
    }
    unsafe self.parser = unsafe parser
    unsafe xmlCtxtUseOptions(parser, Int32(XML_PARSE_NONET.rawValue))
    // These would print to standard error.
    unsafe parser.pointee.vctxt.error = nil
    unsafe parser.pointee.vctxt.warning = nil
    unsafe self.context.pointee.parser = unsafe parser
    unsafe self.context.pointee.callbacks = callbacks
  }

  deinit {
    // libxml2 keeps declared entities in a hidden document "for expat compatibility".
    if let document = unsafe parser.pointee.myDoc { unsafe xmlFreeDoc(document) }
    unsafe xmlFreeParserCtxt(parser)
  }

  /// Feeds the next bytes; callbacks run before it returns.
  package func feed(_ bytes: UnsafeRawBufferPointer) throws(XMLError) {
    if let failure { throw failure }
    do {
      try unsafe preFilter.filter(bytes) { piece, kind throws(XMLError) in
        if kind == .sectionText, isInEmptySection { return unsafe passOn(piece) }
        try unsafe parse(piece)
      }
    } catch {
      failure = error
      throw error
    }
  }

  /// Says that no bytes follow.
  /// - Throws: unless the document was well-formed, its root closed, and nothing stopped it.
  package func finish() throws(XMLError) {
    if let failure { throw failure }
    unsafe try preFilter.finish { piece, _ throws(XMLError) in try unsafe parse(piece) }
    guard hasBytes else { throw error(.empty) }
    unsafe xmlParseChunk(parser, nil, 0, 1)
    if unsafe context.pointee.declaredEntity { throw error(.declaresEntity) }
    guard unsafe context.pointee.isRootClosed else { throw error(.truncated) }
  }

  /// Replaced characters that lie before a place in the document, each reported once.
  package func takeRepairs(before offset: Int) -> Int { replacements.take(before: offset) }

  /// Whether there may be replaced characters to take.
  package var hasRepairs: Bool { replacements.first != nil }

  /// Characters replaced so far.
  package var repairedCharacters: Int { preFilter.replacementCount }

  /// Undefined entity references kept as text so far.
  package var keptReferences: Int { preFilter.keptReferenceCount }

  /// Whether all bytes so far were read, and what follows is content: another parser in the same elements could go on.
  package var isBetweenMarkup: Bool {
    unsafe failure == nil && preFilter.mode == .content && preFilter.held.isEmpty && xmlByteConsumed(parser) == pushed
  }

  /// Where the parser is now.
  package var place: XMLPlace {
    guard let input = unsafe parser.pointee.input else { return XMLPlace() }
    // One that was stopped has thrown its bytes away.
    let offset = unsafe input.pointee.buf == nil ? context.pointee.place.errorOffset : xmlByteConsumed(parser)
    return unsafe XMLPlace(line: Int(input.pointee.line), offset: max(0, offset))
  }

  /// Makes an error of where the parser is now.
  package func error(_ reason: XMLError.Reason) -> XMLError {
    let place = place
    return XMLError(reason: reason, line: place.line, offset: place.offset)
  }

  /// Tells plain elements, and hands what is around them to libxml2, some at a time.
  private func parse(_ bytes: UnsafeRawBufferPointer) throws(XMLError) {
    var offset = 0
    while offset < bytes.count {
      if isBetweenTags {
        unsafe offset = tellPlainElements(bytes, from: offset)
        if offset == bytes.count { break }
      }
      let range = offset..<min(bytes.count, offset + 64 * 1024)
      let count = unsafe PlainElement.placeBefore(in: bytes, lookingThrough: range) - offset
      hasBytes = true
      // The base exists: the buffer is not empty.
      let start = unsafe (bytes.baseAddress! + offset).assumingMemoryBound(to: CChar.self)
      try unsafe check(xmlParseChunk(parser, start, Int32(count), 0))
      offset += count
      pushed += count
      try checkWaitingTag()
    }
  }

  /// Whether libxml2 is at the beginning of a CDATA section and has read all that it was given.
  private var isInEmptySection: Bool {
    guard hasBytes, let input = unsafe parser.pointee.input else { return false }
    return unsafe parser.pointee.instate == XML_PARSER_CDATA_SECTION && parser.pointee.disableSAX == 0
      && input.pointee.cur == input.pointee.end
  }

  /// Tells the text of a CDATA section without libxml2, which looks at each of its bytes three times; the pre-filter has
  /// seen that all are allowed, and where the section ends.
  private func passOn(_ text: UnsafeRawBufferPointer) {
    var offset = 0
    while offset < text.count {
      var end = min(offset + 64 * 1024, text.count)
      // A CR and its LF stay together.
      if end < text.count, unsafe text[end - 1] == .carriageReturn { end -= 1 }
      let piece = unsafe UnsafeRawBufferPointer(rebasing: text[offset..<end])
      unsafe callbacks.cdata(context, piece.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32(piece.count))
      offset = end
    }
    // libxml2 counts on as if it had read them: its own words name lines, too.
    unsafe parser.pointee.input?.pointee.line += Int32(truncatingIfNeeded: PlainBytes.lineFeeds(in: text))
    unsafe parser.pointee.input?.pointee.consumed += UInt(text.count)
    pushed += text.count
  }

  /// libxml2 compares each attribute of a tag with those before it: 100,000 of them cost seconds, and no honest tag
  /// has a tenth of this.
  private static let longestWaitingTag = 128 * 1024

  /// Refuses a start tag that does not end, before it is read.
  private func checkWaitingTag() throws(XMLError) {
    guard unsafe parser.pointee.instate == XML_PARSER_START_TAG,
      unsafe pushed - xmlByteConsumed(parser) > Self.longestWaitingTag
    else { return }
    throw error(.exceedsLimit("a tag of more than \(Self.longestWaitingTag >> 10) KiB, with too many attributes,"))
  }

  /// Looks at everything that says whether the document is still good.
  ///
  /// Not at `errNo`: validity and namespaces leave a document well-formed and are noted there, too.
  private func check(_ status: Int32) throws(XMLError) {
    if unsafe context.pointee.declaredEntity { throw error(.declaresEntity) }
    // The pre-filter keeps undefined references as text, so one that gets here would be lost.
    if unsafe context.pointee.metReference { throw error(.malformed(code: 27, "an undefined entity is referenced")) }
    // What is wrong behind the root element does not matter: everything before it was read.
    let isBroken = unsafe parser.pointee.wellFormed == 0 || parser.pointee.disableSAX != 0
    let isRefused = unsafe isBroken && !context.pointee.isRootClosed || context.pointee.place.metUndeclaredEntity != 0
    guard isRefused else { return }
    let code = status != 0 ? status : unsafe parser.pointee.errNo
    let message = unsafe xmlCtxtGetLastError(parser)?.pointee.message.map { unsafe String(cString: $0) }
    // Without namespaces it does not know where the element began.
    let words = (message ?? "code \(code)").prefix { $0 != "\n" }.replacing(" line 0 and ", with: " and ")
    throw error(.malformed(code: Int(code), String(words)))
  }
}
