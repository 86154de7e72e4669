import Testing
import XMLEvents

@Suite("XMLPreFilter")
struct XMLPreFilterTests {
  // MARK: The start of the document

  @Test(
    "What precedes the document is dropped",
    arguments: ["", "\u{FEFF}", " \r\n\t", "\u{FEFF}\n\n", "\n\u{FEFF}", "\u{FEFF}\u{FEFF} \u{FEFF}"]
  )
  func leadingSpace(prefix: String) {
    expect(prefix + "<?xml version=\"1.0\"?>\n<a/>", becomes: "<?xml version=\"1.0\"?>\n<a/>")
    expect(prefix + "<a/> \n", becomes: "<a/> \n")
  }

  @Test("A document of nothing but white space is empty", arguments: ["", "\n", "\u{FEFF}", "\u{FEFF} "])
  func emptyDocument(document: String) {
    expect(document, becomes: "")
  }

  @Test("A cut-off byte order mark is malformed", arguments: [[0xEF], [0xEF, 0xBB], [0xFE], [0xFF]] as [[UInt8]])
  func cutOffByteOrderMark(bytes: [UInt8]) {
    #expect(filtered(bytes) == Filtered("\u{FFFD}", replacements: [0]))
  }

  @Test(
    "Documents in other encodings are passed through",
    arguments: [
      bytes("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>"),
      bytes("<?xml version='1.0' encoding='windows-1252' ?>"),
      bytes("<?xml encoding = \n'Shift_JIS'?>"), bytes("<?xml\r\nversion=\"1.0\"\r\nencoding=\"latin1\"?>"),
      [0xFE, 0xFF, 0, 0x3C], [0xFF, 0xFE, 0x3C, 0],
    ]
  )
  func otherEncodings(start: [UInt8]) {
    let document = start + [0xE9, 0x00, 0x80, 0xED] + bytes("&nbsp;<![CDATA[") + [0xFF]
    for size in [1, 7, document.count] {
      #expect(filtered(document, chunkSize: size) == Filtered(document))
    }
  }

  @Test(
    "Documents in UTF-8 are filtered",
    arguments: [
      "<?xml version=\"1.0\"?>", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<?xml version='1.0' encoding='utf-8'?>",
      "<?xml version='1.0' encoding=\"utf8\"?>", "<?xml version='1.0' encoding=\"us-ascii\" standalone='yes'?>",
      "<?xml-stylesheet encoding='latin1'?>", "<?xmlx encoding='latin1'?>", "<?xm encoding='latin1'?>", "<?xml", "",
      "<?xml version='1.0' noencoding='latin1'?>",
      "<?xml version='1.0'" + String(repeating: " ", count: 256) + "encoding='latin1'?>",
    ]
  )
  func ownEncodings(start: String) {
    for size in [1, 1000] {
      let result = filtered(bytes(start) + [0xE9], chunkSize: size)
      #expect(result == Filtered(start + "\u{FFFD}", replacements: [start.utf8.count]))
    }
  }

  // MARK: Characters

  @Test(
    "Malformed UTF-8 is replaced by maximal subparts",
    arguments: [
      ([0x80], 1), ([0xBF, 0x80], 2), ([0xC0, 0x80], 2), ([0xC1, 0xBF], 2), ([0xC3], 1), ([0xE0, 0x80, 0x80], 3),
      ([0xE0, 0x9F, 0xBF], 3), ([0xE2, 0x82], 1), ([0xED, 0xA0, 0x80], 3), ([0xED, 0xBF, 0xBF], 3),
      ([0xF0, 0x80, 0x80, 0x80], 4), ([0xF0, 0x8F, 0xBF, 0xBF], 4), ([0xF0, 0x9F, 0x98], 1), ([0xF0, 0x9F], 1),
      ([0xF4, 0x90, 0x80, 0x80], 4), ([0xF5, 0x80, 0x80, 0x80], 4), ([0xFF, 0xFE], 2),
      ([0xE2, 0x82, 0xE2, 0x82], 2), ([0xF0, 0x9F, 0x98, 0xC3, 0xE2], 3),
    ] as [([UInt8], Int)]
  )
  func malformedUTF8(malformed: [UInt8], count: Int) {
    for text in ["", "a", "<a>Grüße "] {
      let start = text.isEmpty ? "x" : text
      let offsets = (0..<count).map { start.utf8.count + 3 * $0 }
      let replaced = start + String(repeating: "\u{FFFD}", count: count)
      for size in [1, 2, 100] {
        let inside = filtered(bytes(start) + malformed + bytes(text), chunkSize: size)
        #expect(inside == Filtered(replaced + text, replacements: offsets))
      }
    }
  }

  @Test(
    "Characters that XML forbids are replaced",
    arguments: Array(0...0x1F) + [0x7F, 0xFFFD, 0xFFFE, 0xFFFF, 0x1FFFE]
  )
  func forbiddenCharacters(codePoint: UInt32) throws {
    let scalar = try #require(Unicode.Scalar(codePoint))
    let isForbidden = !isXMLCharacter(scalar)
    for surroundings in ["a|b", "<!--|-->", "<a><![CDATA[|]]>", "<?p |?>", "<!DOCTYPE a [|]>", "<a b='|'/>"] {
      let padding = String(repeating: "p", count: Int(codePoint % 7) * 17)
      let parts = surroundings.replacing("|", with: padding + "|" + padding).split(separator: "|").map(String.init)
      let character = isForbidden ? "\u{FFFD}" : String(scalar)
      let result = filtered(bytes(parts[0]) + bytes(String(scalar)) + bytes(parts[1]))
      let replacements = isForbidden ? [parts[0].utf8.count] : []
      #expect(result == Filtered(parts[0] + character + parts[1], replacements: replacements))
    }
  }

  @Test("Byte soup agrees with a simple reference", arguments: 0..<20)
  func byteSoup(seed: UInt64) {
    var generator = SplitMix(state: seed)
    for _ in 0..<100 {
      let soup =
        bytes("x") + generator.soup(maximumCount: 300).filter { $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: "&") }
      let expected = simplyReplaced(soup)
      let scalars = String(decoding: soup, as: UTF8.self).unicodeScalars.map { isXMLCharacter($0) ? $0 : "\u{FFFD}" }
      #expect(String(decoding: expected.output, as: UTF8.self).unicodeScalars.elementsEqual(scalars))
      #expect(filtered(soup) == expected, "\(soup)")
      #expect(filtered(soup, chunkSize: 1 + Int(generator.next() % 40)) == expected, "\(soup)")
    }
  }

  @Test("Soup of markup and bytes gives acceptable characters, however it is cut", arguments: 0..<20)
  func markupSoup(seed: UInt64) {
    var generator = SplitMix(state: 1000 + seed)
    for _ in 0..<100 {
      let soup = generator.markupSoup(pieces: 60)
      let whole = filtered(soup)
      let text = String(validating: whole.output, as: UTF8.self)
      #expect(text?.unicodeScalars.allSatisfy(isXMLCharacter) == true, "\(soup)")
      #expect(whole.replacementOffsets.count == whole.replacementCount)
      for _ in 0..<3 {
        #expect(filtered(soup, chunkSize: 1 + Int(generator.next() % 50)) == whole, "\(soup)")
      }
    }
  }

  // MARK: References

  @Test(
    "References to forbidden characters are replaced",
    arguments: [
      "&#0;", "&#x0;", "&#x1F;", "&#31;", "&#xD800;", "&#xdfff;", "&#xFFFE;", "&#65535;", "&#x110000;", "&#1114112;",
      "&#4294967305;", "&#99999999999999999999;", "&#x\(String(repeating: "f", count: 64));",
      "&#x\(String(repeating: "f", count: 65));", "&#\(String(repeating: "9", count: 5000));",
      "&#\(String(repeating: "0", count: 65))65;",
    ]
  )
  func forbiddenReferences(reference: String) {
    for size in [1, 3, 50, 10_000] {
      expect("<a b='\(reference)'>", becomes: "<a b='&#xFFFD;'>", replacements: [6], chunkSize: size)
      expect("<a>é\(reference)&amp;", becomes: "<a>é&#xFFFD;&amp;", replacements: [5], chunkSize: size)
    }
  }

  @Test(
    "Legal references, and what only looks like one, are left alone",
    arguments: [
      "&#9;", "&#10;", "&#xD;", "&#x20;", "&#xD7FF;", "&#xE000;", "&#xFFFD;", "&#x10000;", "&#x10FFFF;", "&#x10ffff;",
      "&#\(String(repeating: "0", count: 62))65;", "&#;", "&#x;", "&#X41;", "&#xG;", "&#0", "&#0 ;", "&#1a;", "&#-1;",
      "&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&", "& b;", "&;", "&nbsp", "&nbsp b;", "&&", "&=1;", "&a%;",
      "&\(String(repeating: "n", count: 65));", "&#", "&#x",
    ]
  )
  func untouchedReferences(reference: String) {
    for size in [1, 2, 9, 1000] {
      expect("<a b='\(reference)'>\(reference)</a>", becomes: "<a b='\(reference)'>\(reference)</a>", chunkSize: size)
      expect("<a>\(reference)", becomes: "<a>\(reference)", chunkSize: size)
    }
  }

  @Test(
    "Undefined entities are kept as text",
    arguments: [
      "nbsp", "Amp", "ampx", "lt2", "am", "quotapos", "x.y-z:_1", "é", "aamp",
      String(repeating: "n", count: 64), String(repeating: "é", count: 32),
    ]
  )
  func undefinedEntities(name: String) {
    for size in [1, 2, 9, 1000] {
      expect(
        "<a b='&\(name);'>&\(name);&amp;&\(name);</a>",
        becomes: "<a b='&amp;\(name);'>&amp;\(name);&amp;&amp;\(name);</a>",
        keptReferences: 3,
        chunkSize: size
      )
    }
  }

  @Test("Malformed bytes in the name of an entity are replaced")
  func malformedEntityName() {
    let result = filtered(bytes("<a>&n") + [0xFF] + bytes(";"))
    #expect(result == Filtered("<a>&amp;n\u{FFFD};", replacements: [9], keptReferences: 1))
  }

  // MARK: Markup

  @Test(
    "References are untouched where they are none",
    arguments: [
      "<a><![CDATA[|]]></a>", "<a><!--|--></a>", "<a><?p |?></a>", "<!DOCTYPE a|>", "<!DOCTYPE a [|]>",
      "<!DOCTYPE a SYSTEM \"|>|\" [<!ENTITY b \"|]>|\">|<!ENTITY c '|\"]>'>|]|>",
      "<!DOCTYPE a [<!-- |]>'| --><?p |]>\"| ?><!ELEMENT b ANY>|<!ATTLIST a b CDATA '<!--'>|]>",
      "<!-- <![CDATA[ -->&lt;<!--|-->", "<![CDATA[ <!-- ]]>&lt;<![CDATA[|]]>", "<?p <!-- <![CDATA[ ?>&lt;<?|?>",
      "<![CDATA[ ] ]] ]>|]]]]>", "<!-- - -> >|- -->", "<?p ? > ??|?>", "<!-->|-->", "<!--->|-->", "<?>|?>",
      "<![CDATA[>|]]>",
      "<![CDATA[]]]>&lt;<![CDATA[]>|]]>", "<![CDATA[]]>&lt;<![CDATA[|]]>",
    ]
  )
  func untouchedSections(pattern: String) {
    let document = pattern.split(separator: "|").joined(separator: "&nbsp;&#0;")
    for size in [1, 2, 3, 1000] {
      expect(document, becomes: document, chunkSize: size)
      expect(document + "&n;", becomes: document + "&amp;n;", keptReferences: 1, chunkSize: size)
    }
  }

  @Test(
    "References are kept as text after what is no markup",
    arguments: [
      "<a>]]>", "<a b=\"]]>\">", "<![CDATA", "<!-", "<!-a-", "<![cdata[", "<!doctype", "< !--", "<!DOCTYP", "<a/?>",
      "-->",
      "<![CDATA[]]]]>", "<!---->", "<!-- -- -->", "<??>", "<!DOCTYPE a>", "<!DOCTYPE a []>",
    ]
  )
  func noMarkup(start: String) {
    for size in [1, 2, 3, 1000] {
      expect(start + "&b;", becomes: start + "&amp;b;", keptReferences: 1, chunkSize: size)
    }
  }

  // MARK: Chunks

  @Test("A valid document comes out unchanged, and whole chunks in one piece")
  func unchanged() {
    for size in [1, 2, 16, 17, 64, 100, 1 << 20] {
      expect(validDocument, becomes: validDocument, chunkSize: size)
    }
    let long = bytes("<a>" + String(repeating: validElement, count: 100) + "</a>")
    var filter = XMLPreFilter()
    var pieces: [[UInt8]] = []
    feed(&filter, long[...]) { pieces.append($0) }
    #expect(pieces == [long])
  }

  @Test("A nasty document gives the same result wherever it is cut")
  func twoChunks() {
    let whole = filtered(nastyDocument)
    #expect(whole.replacementCount == 13)
    #expect(whole.keptReferenceCount == 4)
    #expect(whole.replacementOffsets.count == 13)
    for cut in 0...nastyDocument.count {
      #expect(filtered([nastyDocument[..<cut], nastyDocument[cut...]]) == whole, "cut at \(cut)")
    }
  }

  @Test("A nasty document gives the same result in chunks of any size", arguments: 1...40)
  func smallChunks(size: Int) {
    #expect(filtered(nastyDocument, chunkSize: size) == filtered(nastyDocument))
  }

  @Test(
    "Only a few bytes are held back",
    arguments: ["<?xml ", "<a>&#", "<a>&#x", "<a>&#1", "<a>&", "<a>&n", "<a>]", "<!DOCTYPE a [<", "<![CDATA[", "<!--"]
  )
  func boundedDelay(start: String) {
    for filler in [" ", "1", "n", "]", "-", "<", "&", "\u{FFFD}"] {
      let document = bytes(start + String(repeating: filler, count: 2000))
      var filter = XMLPreFilter()
      var delay = 0
      var emittedCount = 0
      for index in document.indices {
        feed(&filter, document[index...index]) { emittedCount += $0.count }
        delay = max(delay, index + 1 - emittedCount)
      }
      let dropsDigits = start.contains("&#") && "1".contains(filler)
      #expect(dropsDigits || delay < (start.hasPrefix("<?xml") ? 256 : 70))
    }
  }

  @Test("Errors of the receiver are passed on")
  func failure() {
    struct Refusal: Error {}
    var filter = XMLPreFilter()
    #expect(throws: Refusal.self) {
      try unsafe bytes("<a/>").withUnsafeBytes { try unsafe filter.filter($0) { _, _ in throw Refusal() } }
    }
  }

  // MARK: CDATA sections

  @Test("A long CDATA section is cut every MiB", arguments: [1 << 10, 1 << 16, 1 << 22])
  func longSection(chunkSize: Int) {
    let line = bytes("some output of a scanner] with <tags> & [[brackets]] — and so on\n")
    var content: [UInt8] = []
    while content.count < 7 << 19 { content += line }
    let result = filtered(bytes("<a><![CDATA[") + content + bytes("]]></a>"), chunkSize: chunkSize)
    let sections = sections(of: result.output)
    #expect(sections.count == 4)
    #expect(sections.dropLast().allSatisfy { (1 << 20)..<(1 << 20 + 4) ~= $0.count })
    #expect(sections.allSatisfy { String(validating: $0, as: UTF8.self) != nil })
    #expect(Array(sections.joined()) == content)
    #expect(result.output.count == content.count + 12 * sections.count + 7)
  }

  @Test(
    "A section of one MiB is not cut, a longer one is",
    arguments: [(0, 1), (1, 2), (1 << 20, 2), (1 << 20 + 1, 3)]
  )
  func sectionLength(excess: Int, count: Int) {
    let content = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20 + excess)
    let sections = sections(of: filtered(bytes("<![CDATA[") + content + bytes("]]>"), chunkSize: 300_000).output)
    #expect(sections.map(\.count) == (0..<count).map { min(content.count - $0 << 20, 1 << 20) })
  }

  @Test("Replaced characters count in the length of a section")
  func sectionOfReplacements() {
    let content = [UInt8](repeating: 0, count: 1 << 19)
    let result = filtered(bytes("<![CDATA[") + content + bytes("]]>"), chunkSize: 1 << 16)
    #expect(sections(of: result.output).map(\.count) == [1 << 20 + 2, 1 << 19 - 2])
    #expect(result.replacementCount == content.count)
  }

  @Test(
    "No cut harms the brackets around it",
    arguments: ["", "]", "]]", "]]]", "]]]]]", "]x]]", "]é]", "]]&gt;]", ">", "]>", ">>]", "x]]", "é", "]]x>"],
    [-4, -2, -1, 0]
  )
  func bracketsAtCut(brackets: String, distance: Int) {
    let start = bytes("<![CDATA[" + String(repeating: "x", count: 1 << 20 - 8))
    let content = bytes(String(repeating: "x", count: 8 + distance) + brackets)
    let document = start + content + bytes("]]>&n;")
    let whole = filtered(document)
    let sections = sections(of: bytes("<![CDATA[") + whole.output.dropFirst(start.count))
    #expect(Array(sections.joined()) == content)
    #expect(whole.keptReferenceCount == 1)
    if sections.count > 1 {
      #expect(sections[0].count >= 8)
      #expect(sections[1].first != UInt8(ascii: "]"))
    }
    #expect((sections.first?.count ?? 0) <= 8 + brackets.utf8.count)

    let end = document.indices.dropFirst(start.count).map { document[$0...$0] }
    #expect(filtered([document[..<start.count]] + end) == whole)
  }

  // MARK: Replacements

  @Test("Replacements are taken in order")
  func takingReplacements() {
    var filter = XMLPreFilter()
    feed(&filter, bytes("a\0b\0\0c&#0;\0")[...]) { _ in }
    // a???b??????c&#xFFFD;???
    #expect(filter.replacements.first == 1)
    #expect(filter.takeReplacements(before: 1) == 0)
    #expect(filter.takeReplacements(before: 2) == 1)
    #expect(filter.takeReplacements(before: 8) == 1)
    #expect(filter.takeReplacements(before: 8) == 0)
    #expect(filter.takeReplacements(before: 12) == 1)
    #expect(filter.takeReplacements(before: 100) == 2)
    #expect(filter.replacements.first == nil)
    #expect(filter.replacementCount == 5)
  }

  @Test("Replacements can be taken while the filter is at work")
  func takingReplacementsMeanwhile() {
    var filter = XMLPreFilter()
    let replacements = filter.replacements
    var taken = 0
    feed(&filter, bytes("<a>\0\0</a>")[...]) { _ in taken += replacements.take(before: .max) }
    #expect(taken == 2)
  }

  @Test("The queue is exact", arguments: 0..<20)
  func exactQueue(seed: UInt64) {
    var generator = SplitMix(state: seed)
    let queue = ReplacementQueue()
    var offsets: [Int] = []
    var offset = 0
    for _ in 0..<500 {
      if generator.next() % 4 == 0 {
        let limit = Int(generator.next() % UInt64(offset + 20))
        let expected = offsets.prefix { $0 < limit }.count
        #expect(queue.take(before: limit) == expected)
        offsets.removeFirst(expected)
      } else {
        for _ in 0...generator.next() % 5 {
          offset += [3, 3, 3, 5, 8][Int(generator.next() % 5)]
          offsets.append(offset)
          queue.append(offset)
        }
      }
      #expect(queue.first == offsets.first)
    }
  }

  @Test("A full queue keeps the count")
  func fullQueue() {
    var generator = SplitMix(state: 7)
    let queue = ReplacementQueue(maximumRunCount: 8)
    var offset = 0
    for _ in 0..<10_000 {
      offset += 3 + Int(generator.next() % 1000)
      queue.append(offset)
    }
    let half = queue.take(before: offset / 2)
    #expect(4800...5200 ~= half)
    #expect(half + queue.take(before: offset) + queue.take(before: offset + 1) == 10_000)
  }
}

// MARK: - Running the filter

/// All that a filter has to say about a document.
private struct Filtered: Equatable {
  var output: [UInt8] = []
  var replacementOffsets: [Int] = []
  var replacementCount = 0
  var keptReferenceCount = 0

  init(_ output: [UInt8], replacements: [Int] = [], keptReferences: Int = 0) {
    self.output = output
    replacementOffsets = replacements
    replacementCount = replacements.count
    keptReferenceCount = keptReferences
  }

  init(_ output: String, replacements: [Int] = [], keptReferences: Int = 0) {
    self.init(bytes(output), replacements: replacements, keptReferences: keptReferences)
  }
}

private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

private func feed(_ filter: inout XMLPreFilter, _ chunk: ArraySlice<UInt8>, emit: ([UInt8]) -> Void) {
  unsafe chunk.withUnsafeBytes { chunk in unsafe filter.filter(chunk) { piece, _ in unsafe emit(Array(piece)) } }
}

private func filtered(_ chunks: some Sequence<ArraySlice<UInt8>>) -> Filtered {
  var filter = XMLPreFilter()
  var result = Filtered("")
  for chunk in chunks { feed(&filter, chunk) { result.output += $0 } }
  unsafe filter.finish { piece, _ in unsafe result.output += piece }
  while let offset = filter.replacements.first {
    guard filter.takeReplacements(before: offset + 1) == 1 else { break }
    result.replacementOffsets.append(offset)
  }
  result.replacementCount = filter.replacementCount
  result.keptReferenceCount = filter.keptReferenceCount
  return result
}

private func filtered(_ document: [UInt8], chunkSize: Int = .max) -> Filtered {
  let size = min(chunkSize, max(document.count, 1))
  return filtered(stride(from: 0, to: document.count, by: size).map { document[$0..<min($0 + size, document.count)] })
}

private func expect(
  _ document: String,
  becomes output: String,
  replacements: [Int] = [],
  keptReferences: Int = 0,
  chunkSize: Int = .max,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let expected = Filtered(output, replacements: replacements, keptReferences: keptReferences)
  let result = filtered(bytes(document), chunkSize: chunkSize)
  #expect(result == expected, "\(String(decoding: result.output, as: UTF8.self))", sourceLocation: sourceLocation)
}

/// Returns the contents of the CDATA sections of a document that has no other markup but tags.
private func sections(of document: [UInt8]) -> [ArraySlice<UInt8>] {
  let (start, end) = (bytes("<![CDATA["), bytes("]]>"))
  var sections: [ArraySlice<UInt8>] = []
  var position = 0
  while position < document.count {
    if document[position] == start[0], document[position...].starts(with: start) {
      let first = position + start.count
      position = first
      while document[position] != end[0] || !document[position...].starts(with: end) { position += 1 }
      sections.append(document[first..<position])
      position += end.count
    } else {
      position += 1
    }
  }
  return sections
}

// MARK: - The reference implementation

private func isXMLCharacter(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 9, 10, 13, 0x20...0xFFFD, 0x10000...: true
  default: false
  }
}

/// All proper prefixes of the encoded characters beyond ASCII.
private let unfinishedCharacters: Set<[UInt8]> = {
  var prefixes: Set<[UInt8]> = []
  for scalar in stride(from: UInt32(0x80), to: 0x11_0000, by: 0x40).lazy.compactMap(Unicode.Scalar.init) {
    let encoded = bytes(String(scalar))
    for length in 1..<encoded.count { prefixes.insert(Array(encoded.prefix(length))) }
  }
  return prefixes
}()

/// Replaces by trial: a character is what decodes, and a subpart is what could be continued to become one.
private func simplyReplaced(_ input: [UInt8]) -> Filtered {
  var result = Filtered("")
  var rest = input[...]
  while !rest.isEmpty {
    let character = (1...4).lazy.compactMap { String(validating: rest.prefix($0), as: UTF8.self) }.first
    if let character, character.unicodeScalars.allSatisfy(isXMLCharacter) {
      result.output += bytes(character)
    } else {
      result.replacementOffsets.append(result.output.count)
      result.replacementCount += 1
      result.output += bytes("\u{FFFD}")
    }
    let subpart = (1...3).last { unfinishedCharacters.contains(Array(rest.prefix($0))) && $0 <= rest.count }
    rest.removeFirst(character?.utf8.count ?? subpart ?? 1)
  }
  return result
}

// MARK: - Documents

/// A small seeded generator of random numbers.
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }

  /// Returns random bytes in which characters and pieces of characters are frequent.
  mutating func soup(maximumCount: Int) -> [UInt8] {
    let leads: [UInt8] = [0xC2, 0xE0, 0xE2, 0xED, 0xEF, 0xF0, 0xF1, 0xF4, 0xF5]
    let trails: [UInt8] = [0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBB, 0xBE, 0xBF]
    let characters = ["é", "€", "😀", "\u{FFFE}", "\u{FFFD}", "plain text of some length", "\n", "]]>", "?", "-"]
    var soup: [UInt8] = []
    let count = next() % UInt64(maximumCount)
    while soup.count < count {
      switch next() % 8 {
      case 0: soup.append(UInt8(truncatingIfNeeded: next()))
      case 1, 2: soup.append(leads.randomElement(using: &self) ?? 0)
      case 3, 4, 5: soup.append(trails.randomElement(using: &self) ?? 0)
      default: soup += bytes(characters.randomElement(using: &self) ?? "")
      }
    }
    return soup
  }

  mutating func markupSoup(pieces: Int) -> [UInt8] {
    let markup = [
      "<![CDATA[", "]]>", "]", "<!--", "-->", "-", "<?", "?>", "<!DOCTYPE a [", "]>", "\"", "'", "<", "!", "&", "&foo;",
      "&#",
      "x", "0;", "&#x1;", "&#99999999999;", "&amp;", "<a b='", "/>", "\n", "a longer piece of text", ";",
      "<?xml encoding='UTF-8'?>", "\u{FEFF}", String(repeating: "7", count: 30), String(repeating: "Я", count: 20),
    ]
    return (0..<pieces).flatMap { _ in
      next() % 4 == 0 ? soup(maximumCount: 12) : bytes(markup.randomElement(using: &self) ?? "")
    }
  }
}

private let validElement = """
  \t<HOST id="1" name='a&amp;b ]]&gt;'>
  \t\t<IP>10.0.0.1</IP>\r
      <OS><![CDATA[Windows & <co> ]] ]> &nbsp; Grüße]]></OS><!-- a <![CDATA[ - comment &x; -->
      <T>Привет, мир — 你好 😀 &#x41;&#10;&quot;</T><E/>
  </HOST>

  """

private let validDocument = """
  <?xml version="1.0" encoding="UTF-8" ?>
  <!DOCTYPE A SYSTEM "https://example.com/a.dtd?x>y" [
    <!-- it's ]> --> <?p ]> ' ?> <!ENTITY e "]>&#60;'&x;"> <!ATTLIST A b CDATA '"'>
  ]>
  <A>\(validElement)\(validElement)</A>

  """

private let nastyDocument: [UInt8] =
  bytes("\u{FEFF}\r\n <?xml version=\"1.0\" encoding='utf-8'?>\n<!DOCTYPE A [<!-- ' ]> --><!ENTITY b \"]>&c;\"> ")
  + [0xFF] + bytes("<?p ' ?>]>\n<A b='&nbsp;&#0;&lt;") + [0xC3, 0x28] + bytes("'>&eacute;&am;&#xD800;]]>\0")
  + bytes("<!-- <![CDATA[ &x; - -> -- ") + [0xE2, 0x82] + bytes("--><![CDATA[]]]><![CDATA[<!-- &y; ]] ]>") + [
    0x80, 0xF0, 0x9F,
  ]
  + bytes("]]]]><?q ? > &z; ") + [0xED, 0xA0, 0x80]
  + bytes("??>&#\(String(repeating: "9", count: 90));&b; &; &#xZ; Привет 😀 <E/>")
  + bytes("<!x><![CDAT[]]>&\(String(repeating: "w", count: 80));</A>") + [0xF0, 0x9F, 0x98]
