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

  static var callbacks: XMLPushParser.Callbacks {
    unsafe XMLPushParser.Callbacks(
      start: { context, name, prefix, _, _, _, count, _, attributes in
        unsafe context?.assumingMemoryBound(to: XMLRecording.self).pointee
          .start(name, prefix, count: Int(count), attributes)
      },
      end: { context, _, _, _ in unsafe context?.assumingMemoryBound(to: XMLRecording.self).pointee.end() },
      characters: { context, text, count in
        unsafe context?.assumingMemoryBound(to: XMLRecording.self).pointee.append(text, Int(count))
      },
      cdata: { context, text, count in
        unsafe context?.assumingMemoryBound(to: XMLRecording.self).pointee.append(text, Int(count))
      }
    )
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

  private mutating func start(
    _ name: UnsafePointer<UInt8>?,
    _ prefix: UnsafePointer<UInt8>?,
    count: Int,
    _ attributes: UnsafeMutablePointer<UnsafePointer<UInt8>?>?
  ) {
    depth += 1
    content.append(Mark.start)
    unsafe append(name, prefix)
    guard let attributes = unsafe attributes else { return }
    for index in 0..<count {
      // Five pointers each: local name, prefix, namespace, value, end of value.
      content.append(Mark.attribute)
      unsafe append(attributes[index * 5], attributes[index * 5 + 1])
      guard let start = unsafe attributes[index * 5 + 3], let end = unsafe attributes[index * 5 + 4] else { continue }
      unsafe append(start, end - start)
    }
    content.append(Mark.between)
  }

  private mutating func end() {
    depth -= 1
    content.append(Mark.end)
    if depth == 0 { context.isRootClosed = true }
  }

  private mutating func append(_ name: UnsafePointer<UInt8>?, _ prefix: UnsafePointer<UInt8>?) {
    unsafe append(prefix, Int(xmlStrlen(prefix)))
    content.append(Mark.between)
    unsafe append(name, Int(xmlStrlen(name)))
    content.append(Mark.between)
  }

  private mutating func append(_ text: UnsafePointer<UInt8>?, _ count: Int) {
    unsafe content.append(contentsOf: UnsafeBufferPointer(start: text, count: count))
  }
}
