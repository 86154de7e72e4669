internal import CLibXML2
internal import XMLEvents

/// What a parser told of a document, written down: the callbacks' context.
///
/// Two recordings are equal when the same elements, attributes and texts were told, however the texts were cut.
struct XMLRecording {
  /// Must come first: ``XMLPushParser`` looks for it here.
  var context = XMLPushParser.Context()
  var content: [UInt8] = []
  var depth = 0
  var declaresEntity = false
  var hasExternalSubset = false

  /// Marks that no XML text holds.
  private enum Mark {
    static let start: UInt8 = 1
    static let attribute: UInt8 = 2
    static let end: UInt8 = 3
    static let between: UInt8 = 4
  }

  /// What writes down what our parser tells.
  static var callbacks: XMLPushParser.Callbacks {
    unsafe XMLPushParser.Callbacks(
      start: { context, name, attributes in
        unsafe context?.assumingMemoryBound(to: XMLRecording.self).pointee.start(qualified: name, attributes)
      },
      end: { context, _ in unsafe context?.assumingMemoryBound(to: XMLRecording.self).pointee.end() },
      characters: { context, text, count in
        unsafe context?.assumingMemoryBound(to: XMLRecording.self).pointee.append(text, Int(count))
      },
      cdata: { context, text, count in
        unsafe context?.assumingMemoryBound(to: XMLRecording.self).pointee.append(text, Int(count))
      }
    )
  }

  /// What writes down what libxml2 tells.
  static var handler: xmlSAXHandler {
    var handler = unsafe xmlSAXHandler()
    let callbacks = Self.callbacks
    unsafe handler.initialized = UInt32(XML_SAX2_MAGIC)
    unsafe handler.startElementNs = { context, name, _, _, _, _, count, _, attributes in
      unsafe context?.assumingMemoryBound(to: XMLRecording.self).pointee.start(name, count: Int(count), attributes)
    }
    unsafe handler.endElementNs = { context, _, _, _ in
      unsafe context?.assumingMemoryBound(to: XMLRecording.self).pointee.end()
    }
    unsafe handler.characters = unsafe callbacks.characters
    unsafe handler.ignorableWhitespace = unsafe callbacks.characters
    unsafe handler.cdataBlock = unsafe callbacks.cdata
    return unsafe handler
  }

  /// The content with lines ended by LF: libxml2 leaves them as they are in CDATA that is pushed.
  var normalized: [UInt8] {
    var lines: [UInt8] = []
    lines.reserveCapacity(content.count)
    for (index, byte) in content.enumerated() {
      if byte == 0x0D, index + 1 < content.count, content[index + 1] == 0x0A { continue }
      lines.append(byte == 0x0D ? 0x0A : byte)
    }
    return lines
  }

  /// Names come without prefixes, and without what binds them.
  private mutating func start(
    _ name: UnsafePointer<UInt8>?,
    count: Int,
    _ attributes: UnsafeMutablePointer<UnsafePointer<UInt8>?>?
  ) {
    depth += 1
    content.append(Mark.start)
    unsafe append(name, Int(xmlStrlen(name)))
    content.append(Mark.between)
    guard let attributes = unsafe attributes else { return }
    for index in 0..<count {
      // Five pointers each: local name, prefix, namespace, value, end of value.
      guard let start = unsafe attributes[index * 5 + 3], let end = unsafe attributes[index * 5 + 4] else { continue }
      unsafe append(name: attributes[index * 5], value: start, end - start)
    }
  }

  /// Names come with their prefixes, and what binds those as attributes.
  private mutating func start(
    qualified name: UnsafePointer<UInt8>?,
    _ attributes: UnsafeMutablePointer<UnsafePointer<UInt8>?>?
  ) {
    unsafe start(Self.local(name), count: 0, nil)
    guard let attributes = unsafe attributes else { return }
    var index = 0
    while let name = unsafe attributes[index] {
      let value = unsafe attributes[index + 1]
      index += 2
      let text = unsafe String(cString: name)
      if text == "xmlns" || text.hasPrefix("xmlns:") && text != "xmlns:" { continue }
      unsafe append(name: Self.local(name), value: value, Int(xmlStrlen(value)))
    }
  }

  /// A name without its prefix; there is none before what is no name by itself, such as `a:-`.
  private static func local(_ name: UnsafePointer<UInt8>?) -> UnsafePointer<UInt8>? {
    guard let name = unsafe name, let colon = unsafe xmlStrchr(name, UInt8(ascii: ":")), unsafe colon != name else {
      return unsafe name
    }
    guard let first = unsafe String(cString: colon + 1).unicodeScalars.first else { return unsafe name }
    return unsafe xmlValidateNCName(String(first), 0) == 0 ? colon + 1 : name
  }

  private mutating func append(name: UnsafePointer<UInt8>?, value: UnsafePointer<UInt8>?, _ count: Int) {
    content.append(Mark.attribute)
    unsafe append(name, Int(xmlStrlen(name)))
    content.append(Mark.between)
    unsafe append(value, count)
    content.append(Mark.between)
  }

  private mutating func end() {
    depth -= 1
    content.append(Mark.end)
    if depth == 0 { context.isRootClosed = true }
  }

  private mutating func append(_ text: UnsafePointer<UInt8>?, _ count: Int) {
    unsafe content.append(contentsOf: UnsafeBufferPointer(start: text, count: count))
  }
}
