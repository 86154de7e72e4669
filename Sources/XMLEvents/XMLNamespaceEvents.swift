internal import CLibXML2

/// libxml2's interface with namespaces, for documents with an internal subset: it alone gives attributes their defaults.
///
/// What it tells goes to the same callbacks: names without prefix, and no attribute that binds one.
enum XMLNamespaceEvents {
  /// Has a parser that has not come to the root element use this interface.
  static func use(in parser: xmlParserCtxtPtr) {
    guard let handler = unsafe parser.pointee.sax else { return }
    unsafe handler.pointee.startElementNs = { context, name, _, _, _, _, count, _, attributes in
      guard let context = unsafe context, let callbacks = unsafe Self.callbacks(context) else { return }
      guard count > 0, let attributes = unsafe attributes else { return unsafe callbacks.start(context, name, nil) }
      unsafe Self.withPairs(attributes, count: Int(count)) { unsafe callbacks.start(context, name, $0) }
    }
    unsafe handler.pointee.endElementNs = { context, name, _, _ in
      guard let context = unsafe context, let callbacks = unsafe Self.callbacks(context) else { return }
      unsafe callbacks.end(context, name)
    }
    unsafe handler.pointee.initialized = UInt32(XML_SAX2_MAGIC)
    unsafe parser.pointee.sax2 = 1
  }

  private static func callbacks(_ context: UnsafeMutableRawPointer) -> XMLPushParser.Callbacks? {
    unsafe context.assumingMemoryBound(to: XMLPushParser.Context.self).pointee.callbacks
  }

  /// Lends attributes as pairs of a name and a value; they come as five pointers each: local name, prefix, namespace,
  /// value, end of value.
  private static func withPairs(
    _ attributes: UnsafeMutablePointer<UnsafePointer<UInt8>?>,
    count: Int,
    _ body: (UnsafeMutablePointer<UnsafePointer<UInt8>?>?) -> Void
  ) {
    var pairs: [UnsafePointer<UInt8>?] = unsafe []
    for index in 0..<count {
      guard let start = unsafe attributes[index * 5 + 3], let end = unsafe attributes[index * 5 + 4] else { continue }
      let length = unsafe end - start
      let value = UnsafeMutablePointer<UInt8>.allocate(capacity: length + 1)
      unsafe value.update(from: start, count: length)
      unsafe value[length] = 0
      unsafe pairs += [attributes[index * 5], UnsafePointer(value)]
    }
    unsafe pairs.append(nil)
    unsafe pairs.withUnsafeMutableBufferPointer { unsafe body($0.baseAddress) }
    for index in unsafe stride(from: 1, to: pairs.count, by: 2) { unsafe pairs[index]?.deallocate() }
  }
}
