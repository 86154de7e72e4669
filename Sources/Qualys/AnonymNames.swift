/// The names that were found in a capture, and the pseudonym of each.
///
/// Names are told apart without regard to the case of ASCII letters. Memory: about 200 bytes for each distinct name.
struct AnonymNames {
  /// What a name is of, which gives the pseudonym its form; the first of several counts.
  enum Kind: Int, Equatable, Comparable {
    case host
    case domain
    case user
    case thing

    static func < (one: Kind, other: Kind) -> Bool { one.rawValue < other.rawValue }
  }

  struct Name {
    /// In lower case, as it stands in the answer.
    let text: [UInt8]
    let kind: Kind
    /// In lower case as it is.
    let meaning: [UInt8]
    /// Whether it is replaced wherever it stands, or, being too plain a word, in fields that hold names only.
    let isDistinct: Bool
  }

  private let key: AnonymKey
  /// Names by the hash of their text.
  private var names: [UInt64: [Name]] = [:]
  /// Texts of names that are not one word, the longest first, by the hash of their first part.
  private var phrases: [UInt64: [[UInt8]]] = [:]
  /// Bytes of the longest text.
  private(set) var longest = 0
  private(set) var count = 0

  init(_ key: AnonymKey) { self.key = key }

  // MARK: - Finding

  /// The name that a word is.
  func name(_ text: ArraySlice<UInt8>, hash: UInt64) -> Name? {
    names[hash]?.first { AnonymText.isEqual(text, $0.text) }
  }

  /// Names of several words that may begin with a part of such a hash.
  func phrases(beginning hash: UInt64) -> [[UInt8]] { phrases[hash] ?? [] }

  /// The pseudonym in place of a text that was found: in capitals where the text was.
  func pseudonym(of name: Name, for text: ArraySlice<UInt8>) -> [UInt8] {
    let isCapital = text.contains { (0x41...0x5A).contains($0) } && !text.contains { (0x61...0x7A).contains($0) }
    let pseudonym = pseudonym(of: name)
    // What makes an answer fail, or be repaired, still does.
    let rubbish = AnonymText.rubbish(in: text)
    return (isCapital ? pseudonym.map { (0x61...0x7A).contains($0) ? $0 - 32 : $0 } : pseudonym) + rubbish
  }

  private func pseudonym(of name: Name) -> [UInt8] {
    func word(_ kind: String, _ text: some Sequence<UInt8>) -> [UInt8] {
      Array("\(kind)-".utf8) + key.digits(10, "name", text)
    }
    let meaning = name.meaning
    switch name.kind {
    case .host:
      guard let dot = meaning.firstIndex(of: UInt8(ascii: ".")) else { return word("host", meaning) }
      let domain = meaning[(dot + 1)...]
      return word("host", meaning[..<dot]) + (domain.isEmpty ? [] : Array(".".utf8) + word("domain", domain) + Self.top)
    case .domain: return word("domain", meaning) + Self.top
    case .user: return word("user", meaning)
    case .thing:
      if meaning.starts(with: "i-".utf8) { return Array("i-".utf8) + key.digits(17, "name", meaning) }
      if meaning.allSatisfy({ (0x30...0x39).contains($0) }) {
        return key.digest("name", meaning).prefix(meaning.count).map { 0x30 + $0 % 10 }
      }
      return word("id", meaning)
    }
  }

  private static let top = Array(".example".utf8)

  // MARK: - Collecting

  /// Adds the value of a field that holds a name, as it stands in the answer, with its parts.
  mutating func collect(_ value: [UInt8], _ kind: Kind, isJSON: Bool) {
    let raw = AnonymText.core(of: value)
    let meaning = AnonymText.core(of: isJSON ? AnonymText.unescapedJSON(value) : AnonymText.unescapedXML(value))
    if meaning.isEmpty || AnonymText.isCommon(AnonymText.lowercased(meaning)) || AnonymText.isAddress(meaning) {
      return
    }
    switch kind {
    case .user:
      let parts = meaning.split { $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "@") || $0 == UInt8(ascii: "/") }
      if parts.count > 1 {
        for (index, part) in parts.enumerated() {
          let isLast = index == parts.count - 1
          let isDomain = meaning.contains(UInt8(ascii: "@")) ? isLast : !isLast
          collect(Array(part), isDomain ? (part.contains(UInt8(ascii: ".")) ? .domain : .host) : .user, isJSON: false)
        }
        return
      }
    case .host:
      if let dot = meaning.firstIndex(of: UInt8(ascii: ".")) {
        collect(Array(meaning[..<dot]), .host, isJSON: false)
        collect(Array(meaning[(dot + 1)...]), .domain, isJSON: false)
      }
    case .domain:
      // The domains above it are told by their names as well, but not what stands at the very top.
      if let dot = meaning.firstIndex(of: UInt8(ascii: ".")), meaning[(dot + 1)...].contains(UInt8(ascii: ".")) {
        collect(Array(meaning[(dot + 1)...]), .domain, isJSON: false)
      }
    case .thing: break
    }
    let texts = [raw, meaning, AnonymText.escapedJSON(meaning)] + AnonymText.escapedXML(meaning)
    for text in texts { add(AnonymText.core(of: text), kind, meaning: AnonymText.lowercased(meaning)) }
  }

  private mutating func add(_ text: [UInt8], _ kind: Kind, meaning: [UInt8]) {
    let text = AnonymText.lowercased(text)
    if text.isEmpty { return }
    let hash = AnonymText.hash(text[...])
    let isDistinct = AnonymText.isDistinct(text) && (kind != .domain || text.contains(UInt8(ascii: ".")))
    if let index = names[hash]?.firstIndex(where: { $0.text == text }) {
      guard let old = names[hash]?[index], kind < old.kind || isDistinct && !old.isDistinct else { return }
      names[hash]?[index] = Name(
        text: text,
        kind: min(kind, old.kind),
        meaning: old.meaning,
        isDistinct: isDistinct || old.isDistinct
      )
      return
    }
    names[hash, default: []].append(Name(text: text, kind: kind, meaning: meaning, isDistinct: isDistinct))
    count += 1
    longest = max(longest, text.count)
    guard !text.allSatisfy(AnonymText.isWord) else { return }
    let first = AnonymText.hash(text.prefix(while: AnonymText.isWord))
    phrases[first, default: []].append(text)
    phrases[first]?.sort { $0.count > $1.count }
  }
}
