internal import CLibXML2

/// Plain elements are told without libxml2, which would look at each of their bytes several times.
///
/// It reads all that stands around them, has read all of that when they come, and counts on as if it had read them.
extension XMLPushParser {
  /// Whether libxml2 has read all that it was given and waits for content, which needs nothing done to it.
  var isBetweenTags: Bool {
    guard let input = unsafe parser.pointee.input else { return false }
    // With namespaces it gives attributes their defaults; with another encoding it has not the bytes that come here.
    return unsafe parser.pointee.instate == XML_PARSER_CONTENT && input.pointee.cur == input.pointee.end
      && parser.pointee.sax2 == 0 && parser.pointee.disableSAX == 0 && input.pointee.buf?.pointee.encoder == nil
  }

  /// Tells the plain elements that come next, and the white space before each; returns what comes behind the last.
  func tellPlainElements(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    guard let base = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self),
      let input = unsafe parser.pointee.input, let dictionary = unsafe parser.pointee.dict
    else { return start }
    var place = start
    while true {
      let tag = unsafe PlainBytes.skipSpace(bytes, from: place)
      guard let element = unsafe PlainElement(bytes, at: tag),
        let name = unsafe names.find(bytes, element.tag.name, in: dictionary)
      else { break }
      if let attribute = element.tag.attribute, unsafe !lent.keep(attribute, of: bytes, names, in: dictionary) { break }
      if tag > place { unsafe callbacks.characters(context, base + place, Int32(tag - place)) }
      unsafe input.pointee.consumed += UInt(element.tag.end - place)
      unsafe callbacks.start(context, name, element.tag.attribute == nil ? nil : lent.pair)
      if element.text.count > 0 {
        let tell = unsafe element.isSection ? callbacks.cdata : callbacks.characters
        unsafe tell(context, base + element.text.lowerBound, Int32(element.text.count))
      }
      unsafe input.pointee.consumed += UInt(element.end - element.tag.end)
      unsafe callbacks.end(context, name)
      place = element.end
    }
    // libxml2's own words name lines, too.
    let told = unsafe UnsafeRawBufferPointer(rebasing: bytes[start..<place])
    unsafe input.pointee.line += Int32(truncatingIfNeeded: PlainBytes.lineFeeds(in: told))
    pushed += place - start
    return place
  }
}
