internal import Glibc

/// An element with a name, a text and one attribute at most: `<QID>38173</QID>`, `<OS><![CDATA[Linux]]></OS>`.
///
/// Nearly all elements of an answer are of this kind, and everything that XML demands of one is seen at a glance. Its text
/// has neither markup nor references, no CR, which would have to be changed, and no `]`, which might begin what a text must
/// not have; or it is one CDATA section. What is different in anything is for libxml2 to judge, and so is the name, unless
/// ``InternedNames`` has it. The bytes have been through ``XMLPreFilter``.
@safe
struct PlainElement {
  let tag: Tag
  /// Where the text lies.
  let text: Range<Int>
  let isSection: Bool
  /// The place behind the end tag.
  let end: Int

  /// A start tag.
  @safe
  struct Tag {
    let name: Range<Int>
    let attribute: Attribute?
    /// The place behind it.
    let end: Int
  }

  /// Where an attribute's name and value lie.
  @safe
  struct Attribute {
    let name: Range<Int>
    let value: Range<Int>
  }

  /// The most bytes of a text.
  static let longestText = 64 * 1024
  /// The most bytes of a name, and of an attribute's value.
  static let longestName = 64

  /// Recognizes the element that begins at a place; nil where none does, or not all of it is there.
  @inline(__always)
  init?(_ bytes: UnsafeRawBufferPointer, at start: Int) {
    guard let tag = unsafe Tag(bytes, at: start) else { return nil }
    var text = unsafe tag.end..<PlainBytes.plainText(bytes, from: tag.end)
    var endTag = text.upperBound
    let isSection = unsafe text.isEmpty && bytes.holds("<![CDATA[", at: endTag)
    if isSection {
      let start = endTag + 9
      let limit = min(bytes.count, start + Self.longestText + 3)
      guard let end = unsafe PlainBytes.endOfSection(bytes, from: start, to: limit) else { return nil }
      text = start..<end
      endTag = end + 3
    }
    let end = endTag + tag.name.count + 3
    guard end <= bytes.count, text.count <= Self.longestText, unsafe bytes[endTag] == .lessThan,
      unsafe bytes[endTag + 1] == .slash, unsafe bytes[end - 1] == .greaterThan,
      unsafe bytes.repeats(tag.name, at: endTag + 2)
    else { return nil }
    self.tag = tag
    self.text = text
    self.isSection = isSection
    self.end = end
  }

  /// Whether such an element seems to begin at a place: what a section holds is not looked through, for it may be looked at
  /// again and again.
  private static func seemsToBegin(_ bytes: UnsafeRawBufferPointer, at start: Int) -> Bool {
    guard let tag = unsafe Tag(bytes, at: start) else { return false }
    let textEnd = unsafe PlainBytes.plainText(bytes, from: tag.end)
    return unsafe bytes.holds("</", at: textEnd) || textEnd == tag.end && bytes.holds("<![CDATA[", at: textEnd)
  }

  /// The place behind the first tag after which, white space aside, such an element seems to begin; the end of what is
  /// looked through where there is none.
  static func placeBefore(in bytes: UnsafeRawBufferPointer, lookingThrough range: Range<Int>) -> Int {
    var place = range.lowerBound
    while place < range.upperBound {
      // The base exists: the buffer is not empty.
      let tagEnd = unsafe memchr(bytes.baseAddress! + place, Int32(UInt8.greaterThan), range.upperBound - place)
      guard let tagEnd = unsafe tagEnd else { break }
      place = unsafe UnsafeRawPointer(tagEnd) - bytes.baseAddress! + 1
      if unsafe seemsToBegin(bytes, at: PlainBytes.skipSpace(bytes, from: place)) { return place }
    }
    return range.upperBound
  }
}

extension PlainElement.Tag {
  /// Recognizes the tag that begins at a place.
  @inline(__always)
  init?(_ bytes: UnsafeRawBufferPointer, at start: Int) {
    let nameStart = start + 1
    guard nameStart < bytes.count, unsafe bytes[start] == .lessThan, unsafe bytes[nameStart].beginsPlainName,
      let nameEnd = unsafe PlainBytes.endOfName(bytes, from: nameStart)
    else { return nil }
    name = nameStart..<nameEnd
    if unsafe bytes[nameEnd] == .greaterThan {
      attribute = nil
      end = nameEnd + 1
    } else {
      guard let attribute = unsafe PlainElement.Attribute(bytes, at: nameEnd + 1) else { return nil }
      self.attribute = attribute
      end = attribute.value.upperBound + 2
    }
  }
}

extension PlainElement.Attribute {
  /// Recognizes the attribute that begins at a place and ends its tag, with a value that means what stands there.
  init?(_ bytes: UnsafeRawBufferPointer, at start: Int) {
    var place = start
    let longest = min(bytes.count, start + PlainElement.longestName)
    while place < longest, unsafe bytes[place].isPlainNameByte { place += 1 }
    let valueStart = place + 2
    guard place > start, unsafe bytes[start].beginsPlainName, valueStart < bytes.count,
      unsafe bytes[place] == UInt8(ascii: "="), unsafe bytes[place + 1] == .quotationMark
    else { return nil }
    name = start..<place
    place = valueStart
    let end = min(bytes.count - 1, valueStart + PlainElement.longestName)
    while place < end, unsafe bytes[place].isPlainInValue { place += 1 }
    guard place < end, unsafe bytes[place] == .quotationMark, unsafe bytes[place + 1] == .greaterThan else {
      return nil
    }
    value = valueStart..<place
    // A namespace is no attribute.
    guard unsafe !bytes.holds("xmlns", at: start) else { return nil }
  }
}
