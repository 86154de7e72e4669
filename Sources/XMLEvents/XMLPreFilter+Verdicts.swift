extension XMLPreFilter {
  /// Judges the bytes ahead, and moves on to the mode that holds behind them.
  mutating func verdict(_ ahead: Lookahead, outputOffset: Int) -> Verdict {
    let byte = ahead.first
    switch mode {
    case .start: return verdictOnByteOrder(ahead)
    case .leadingSpace: return verdictOnLeadingSpace(ahead)
    case .declaration: return verdictOnDeclaration(ahead)
    case .excessDecimalDigits, .excessHexadecimalDigits: return verdictOnExcessDigit(byte)
    case .cdata where outputOffset >= cutOffset && byte != .rightBracket && byte != .greaterThan && byte != .lineFeed:
      // Away from brackets a cut can neither break a `]]>` nor make one, and a CR keeps its LF.
      cutOffset = outputOffset + Self.sectionCut.utf8CodeUnitCount + Self.maximumSectionLength
      return .replace(0, by: Self.sectionCut)
    default: break
    }

    if byte >= 0x80 || byte.isForbiddenControl { return verdictOnCharacter(ahead, outputOffset: outputOffset) }

    switch (mode, byte) {
    case (.content, .lessThan): return verdictOnMarkup(ahead, outputOffset: outputOffset)
    case (.content, .ampersand): return verdictOnReference(ahead, outputOffset: outputOffset)
    case (.cdata, .rightBracket): return verdictOnEnd("]]>", ahead, enclosing: .content)
    case (.comment, .hyphen): return verdictOnEnd("-->", ahead, enclosing: enclosingMode)
    case (.instruction, .questionMark): return verdictOnEnd("?>", ahead, enclosing: enclosingMode)
    case (.doctype, _), (.internalSubset, _): return verdictInDoctype(ahead)
    case (.doubleQuoted, .quotationMark), (.singleQuoted, .apostrophe): return enter(enclosingMode, after: 1)
    default: return .keep(1)
    }
  }

  mutating func enter(_ mode: Mode, after count: Int) -> Verdict {
    self.mode = mode
    return .keep(count)
  }

  /// Replaces a character that is malformed or forbidden.
  mutating func verdictOnCharacter(_ ahead: Lookahead, outputOffset: Int) -> Verdict {
    switch ahead.character {
    case .acceptable(let count):
      return .keep(count)
    case .truncated where !ahead.isLast:
      return .wait
    case .unacceptable(let count), .truncated(let count):
      noteReplacement(at: outputOffset)
      return .replace(count, by: "\u{FFFD}")
    }
  }

  mutating func noteReplacement(at outputOffset: Int) {
    replacementCount += 1
    replacements.append(outputOffset)
  }

  /// Recognizes at a `<` whatever has a syntax of its own.
  mutating func verdictOnMarkup(_ ahead: Lookahead, outputOffset: Int) -> Verdict {
    enclosingMode = .content
    if ahead.starts(with: "<![CDATA[") {
      cutOffset = outputOffset + 9 + Self.maximumSectionLength
      return enter(.cdata, after: 9)
    }
    if ahead.starts(with: "<!--") { return enter(.comment, after: 4) }
    if ahead.starts(with: "<?") { return enter(.instruction, after: 2) }
    if ahead.starts(with: "<!DOCTYPE") { return enter(.doctype, after: 9) }
    let mayBeMarkup =
      ahead.mayStart(with: "<![CDATA[") || ahead.mayStart(with: "<!--") || ahead.mayStart(with: "<?")
      || ahead.mayStart(with: "<!DOCTYPE")
    return mayBeMarkup ? .wait : .keep(1)
  }

  mutating func verdictOnEnd(_ marker: StaticString, _ ahead: Lookahead, enclosing: Mode) -> Verdict {
    if ahead.starts(with: marker) { return enter(enclosing, after: marker.utf8CodeUnitCount) }
    return ahead.mayStart(with: marker) ? .wait : .keep(1)
  }

  /// Follows the structure of a document type declaration just as far as it takes to find its end.
  mutating func verdictInDoctype(_ ahead: Lookahead) -> Verdict {
    enclosingMode = mode
    switch (mode, ahead.first) {
    case (_, .quotationMark): return enter(.doubleQuoted, after: 1)
    case (_, .apostrophe): return enter(.singleQuoted, after: 1)
    case (.doctype, .leftBracket): return enter(.internalSubset, after: 1)
    case (.doctype, .greaterThan): return enter(.content, after: 1)
    case (.internalSubset, .rightBracket): return enter(.doctype, after: 1)
    case (.internalSubset, .lessThan):
      if ahead.starts(with: "<!--") { return enter(.comment, after: 4) }
      if ahead.starts(with: "<?") { return enter(.instruction, after: 2) }
      return ahead.mayStart(with: "<!--") || ahead.mayStart(with: "<?") ? .wait : .keep(1)
    default: return .keep(1)
    }
  }
}

// MARK: - The start of the document

extension XMLPreFilter {
  mutating func verdictOnByteOrder(_ ahead: Lookahead) -> Verdict {
    switch (ahead.first, ahead[1]) {
    case (0xFE, 0xFF), (0xFF, 0xFE): return enter(.passThrough, after: 0)
    case (0xFE, nil) where !ahead.isLast, (0xFF, nil) where !ahead.isLast: return .wait
    default: return enter(.leadingSpace, after: 0)
    }
  }

  mutating func verdictOnLeadingSpace(_ ahead: Lookahead) -> Verdict {
    if ahead.first.isSpace { return .replace(1, by: "") }
    if ahead.starts(with: "\u{FEFF}") { return .replace(3, by: "") }
    return ahead.mayStart(with: "\u{FEFF}") ? .wait : enter(.declaration, after: 0)
  }

  /// Finds out whether the document is in an encoding of ours.
  mutating func verdictOnDeclaration(_ ahead: Lookahead) -> Verdict {
    if ahead.starts(with: "<?xml") {
      guard let declaration = ahead.text(upTo: .greaterThan, maximumLength: Self.maximumLookahead) else { return .wait }
      return enter(Self.namesForeignEncoding(declaration) ? .passThrough : .content, after: 0)
    }
    return ahead.mayStart(with: "<?xml") ? .wait : enter(.content, after: 0)
  }

  /// Returns whether an XML declaration names an encoding other than UTF-8 and its subset US-ASCII.
  static func namesForeignEncoding(_ declaration: String) -> Bool {
    let encoding = #/<\?xml\s(?:.*\s)?encoding\s*=\s*["']([^"']*)["']/#.dotMatchesNewlines()
    guard let match = declaration.prefixMatch(of: encoding) else { return false }
    return !["utf-8", "utf8", "us-ascii", "ascii"].contains(match.1.lowercased())
  }
}

// MARK: - References

extension XMLPreFilter {
  /// Judges the `&` of a reference to an entity or a character.
  mutating func verdictOnReference(_ ahead: Lookahead, outputOffset: Int) -> Verdict {
    if ahead[1] == .numberSign { return verdictOnCharacterReference(ahead, outputOffset: outputOffset) }

    var length = 0
    var name: UInt32 = 0
    while length < Self.maximumReferenceLength, let byte = ahead[1 + length], byte.isNameByte {
      name = name << 8 | UInt32(byte)
      length += 1
    }
    switch ahead[1 + length] {
    case nil where !ahead.isLast:
      return .wait
    case UInt8.semicolon where length <= 4 && Self.isPredefinedEntity(name):
      return .keep(length + 2)
    case UInt8.semicolon where length > 0:
      keptReferenceCount += 1
      return .replace(1, by: "&amp;")
    default:
      return .keep(1)
    }
  }

  /// Returns whether up to four bytes, packed into a number, are the name of an entity that XML itself defines.
  static func isPredefinedEntity(_ name: UInt32) -> Bool {
    switch name {
    case 0x6C74, 0x6774, 0x61_6D70, 0x7175_6F74, 0x6170_6F73: true  // lt, gt, amp, quot, apos
    default: false
    }
  }

  /// Replaces a reference to a character that XML forbids, or with absurdly many digits.
  mutating func verdictOnCharacterReference(_ ahead: Lookahead, outputOffset: Int) -> Verdict {
    let isHexadecimal = ahead[2] == .lowercaseX
    let radix: UInt32 = isHexadecimal ? 16 : 10
    var end = isHexadecimal ? 3 : 2
    let firstExcessDigit = end + Self.maximumReferenceLength
    var scalar: UInt32?
    while end <= firstExcessDigit, let digit = ahead[end]?.digit(radix: radix) {
      scalar = min((scalar ?? 0) * radix + digit, 0x11_0000)
      end += 1
    }
    if end > firstExcessDigit {
      // It goes on without delay as one to U+FFFD; the digits still to come are dropped, the semicolon is not.
      mode = isHexadecimal ? .excessHexadecimalDigits : .excessDecimalDigits
      noteReplacement(at: outputOffset)
      return .replace(end, by: "&#xFFFD")
    }
    switch (ahead[end], scalar) {
    case (nil, _) where !ahead.isLast:
      return .wait
    case (UInt8.semicolon, let scalar?) where !Self.isXMLCharacter(scalar):
      noteReplacement(at: outputOffset)
      return .replace(end + 1, by: "&#xFFFD;")
    default:
      return .keep(1)
    }
  }

  mutating func verdictOnExcessDigit(_ byte: UInt8) -> Verdict {
    let isDigit = byte.digit(radix: mode == .excessHexadecimalDigits ? 16 : 10) != nil
    return isDigit ? .replace(1, by: "") : enter(.content, after: 0)
  }

  /// Returns whether a code point is a `Char` of XML 1.0.
  static func isXMLCharacter(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x9, 0xA, 0xD, 0x20...0xD7FF, 0xE000...0xFFFD, 0x1_0000...0x10_FFFF: true
    default: false
    }
  }
}
