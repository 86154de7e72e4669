/// Puts pseudonyms in place of names and addresses in texts, which may come cut anywhere.
///
/// Works on bytes in one go from left to right; what stands first counts, and of that the longest. Memory: a chunk, and
/// twice the longest name.
struct AnonymReplacer {
  private let names: AnonymNames
  private let key: AnonymKey
  /// Whether a backslash begins an escape.
  private let hasEscapes: Bool
  /// Bytes that must follow a place before it is looked at.
  private let lookahead: Int

  /// Text that was not looked at yet, and what it belongs to.
  private var text: [UInt8] = []
  private var place = AnonymLexer.Place.frame
  /// The byte before it.
  private var previous = UInt8(ascii: " ")

  init(_ names: AnonymNames, _ key: AnonymKey, hasEscapes: Bool) {
    self.names = names
    self.key = key
    self.hasEscapes = hasEscapes
    lookahead = max(names.longest, 64) + 2
  }

  /// Takes the next bytes, and appends what is certain.
  mutating func add(_ bytes: ArraySlice<UInt8>, _ place: AnonymLexer.Place, to output: inout [UInt8]) {
    if place != self.place {
      finish(to: &output)
      self.place = place
    }
    switch place {
    case .frame, .kept: output += bytes
    case .text, .name:
      text += bytes
      if text.count > lookahead { replace(isEnd: false, to: &output) }
    }
  }

  /// Says that the text at hand has ended.
  mutating func finish(to output: inout [UInt8]) {
    if !text.isEmpty { replace(isEnd: true, to: &output) }
    previous = UInt8(ascii: " ")
  }

  // MARK: - From left to right

  private mutating func replace(isEnd: Bool, to output: inout [UInt8]) {
    var index = 0
    while index < text.count, isEnd || text.count - index >= lookahead {
      if let (end, pseudonym) = found(at: index) {
        output += pseudonym
        index = end
        previous = text[end - 1]
        continue
      }
      let end = skip(from: index)
      output += text[index..<end]
      index = end
    }
    text.removeFirst(index)
  }

  /// Where to look next: behind an escape, a part of a word, or a byte that is neither.
  private mutating func skip(from index: Int) -> Int {
    if hasEscapes, text[index] == UInt8(ascii: "\\") {
      let isUnicode = index + 1 < text.count && text[index + 1] == UInt8(ascii: "u")
      previous = UInt8(ascii: " ")
      return min(text.count, index + (isUnicode ? 6 : 2))
    }
    var end = index + 1
    if AnonymText.isPart(text[index]) { while end < text.count, AnonymText.isPart(text[end]) { end += 1 } }
    previous = text[end - 1]
    return end
  }

  private func found(at index: Int) -> (end: Int, pseudonym: [UInt8])? {
    if AnonymText.isPart(previous) { return nil }
    let byte = text[index]
    guard AnonymText.isPart(byte) || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "\\") else { return nil }
    if !AnonymText.isJoint(previous) {
      if previous != UInt8(ascii: ":"), let address = colonAddress(at: index) { return address }
      if let phrase = phrase(at: index) { return phrase }
    }
    return AnonymText.isPart(byte) ? word(at: index) : nil
  }

  /// Whether no part of a word follows a place.
  private func ends(at end: Int) -> Bool { end == text.count || !AnonymText.isPart(text[end]) }

  // MARK: - What is found

  private func colonAddress(at index: Int) -> (end: Int, pseudonym: [UInt8])? {
    var end = index
    var colons = 0
    while end < text.count, end - index <= 45 {
      switch text[end] {
      case UInt8(ascii: ":"): colons += 1
      case 0x30...0x39, 0x41...0x46, 0x61...0x66, UInt8(ascii: "."): break
      default: return colonAddress(text[index..<end], colons)
      }
      end += 1
    }
    return colonAddress(text[index..<end], colons)
  }

  private func colonAddress(_ span: ArraySlice<UInt8>, _ colons: Int) -> (end: Int, pseudonym: [UInt8])? {
    guard colons >= 2, ends(at: span.endIndex) else { return nil }
    var span = span
    if span.last == UInt8(ascii: ".") { span.removeLast() }
    for end in [span.endIndex, span.endIndex - 1] where end == span.endIndex || text[end] == UInt8(ascii: ":") {
      let some = span[..<end]
      let colon = UInt8(ascii: ":")
      if let found = AnonymAddresses.hardware(some, separator: colon, key) ?? AnonymAddresses.ipv6(some, key) {
        return (end, found)
      }
    }
    return nil
  }

  private func phrase(at index: Int) -> (end: Int, pseudonym: [UInt8])? {
    var hash = AnonymText.seed
    var end = index
    while end < text.count, end - index <= names.longest, AnonymText.isWord(text[end]) {
      hash = AnonymText.hash(hash, text[end])
      end += 1
    }
    for phrase in names.phrases(beginning: hash) {
      let end = index + phrase.count
      guard end <= text.count, ends(at: end), AnonymText.isEqual(text[index..<end], phrase),
        let name = names.name(text[index..<end], hash: AnonymText.hash(phrase[...])), isReplaced(name)
      else { continue }
      return (end, names.pseudonym(of: name, for: text[index..<end]))
    }
    return nil
  }

  /// A name or an address of as many parts as there are, at most 16.
  private func word(at index: Int) -> (end: Int, pseudonym: [UInt8])? {
    var ends: [(end: Int, hash: UInt64)] = []
    var hash = AnonymText.seed
    var end = index
    while ends.count < 16, end - index <= lookahead {
      if end == text.count || !AnonymText.isPart(text[end]) {
        if AnonymText.isPart(text[end - 1]) { ends.append((end, hash)) }
        if end == text.count || !AnonymText.isJoint(text[end]) { break }
      }
      hash = AnonymText.hash(hash, text[end])
      end += 1
    }
    for (number, (end, hash)) in ends.enumerated().reversed() {
      let word = text[index..<end]
      if let name = names.name(word, hash: hash), isReplaced(name) {
        return (end, names.pseudonym(of: name, for: word))
      }
      if let address = address(word, parts: number + 1) { return (end, address) }
    }
    return nil
  }

  private func isReplaced(_ name: AnonymNames.Name) -> Bool {
    if case .name = place { true } else { name.isDistinct }
  }

  private func address(_ word: ArraySlice<UInt8>, parts: Int) -> [UInt8]? {
    let (dash, dot) = (UInt8(ascii: "-"), UInt8(ascii: "."))
    switch parts {
    case 4:
      // Five numbers are none, nor are four of five.
      if previous == dot || isFollowedByNumber(word.endIndex) { return nil }
      return AnonymAddresses.ipv4(word, key)
    case 5:
      guard word.count > 3, AnonymText.isEqual(word.prefix(3), Array("ip-".utf8)) else { return nil }
      return AnonymAddresses.ipv4(word.dropFirst(3), separator: dash, key).map { word.prefix(3) + $0 }
    case 6: return AnonymAddresses.hardware(word, separator: dash, key)
    default: return nil
    }
  }

  private func isFollowedByNumber(_ end: Int) -> Bool {
    end + 1 < text.count && text[end] == UInt8(ascii: ".") && (0x30...0x39).contains(text[end + 1])
  }
}
