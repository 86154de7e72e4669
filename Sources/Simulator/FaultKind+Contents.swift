extension FaultKind {
  /// What is wrong with what the body says.
  static let contents = [
    FaultKind(
      "bad-utf8",
      [("detections 2: bad-utf8", "bytes that are no UTF-8 and characters that XML forbids; 'bad-utf8 700' there")]
    ) { words throws(FaultScriptError) in .insert(.badUTF8, at: try words.bytesIfAny()) },
    FaultKind("insert", [("detections 2: insert nul", "\(HostileText.names); 'insert nul 700' there")]) {
      words throws(FaultScriptError) in
      let text: HostileText = try words.choice("a kind of hostile text")
      return .insert(text, at: try words.bytesIfAny())
    },
    FaultKind("xxe", of: xml, [("detections 1: xxe laughs", HostileEntities.names)]) {
      words throws(FaultScriptError) in .entities(try words.choice("a kind of entities"))
    },
    FaultKind("deep", of: xml + [.assets], [("detections 1: deep 1000000", "elements, one in the other")]) {
      words throws(FaultScriptError) in .deep(try words.count(usual: 1_000_000))
    },
    FaultKind("attributes", of: xml, [("detections 1: attributes 100000", "attributes of one element")]) {
      words throws(FaultScriptError) in .attributes(try words.count(usual: 100_000))
    },
    FaultKind("long-name", of: xml + [.assets], [("detections 1: long-name 60000", "a name of so many bytes")]) {
      words throws(FaultScriptError) in .longName(try words.count(usual: 60_000))
    },
  ]

  /// What is wrong with a list, or with who asks for it.
  static let lists = [
    FaultKind("missing-has-more", of: [.assets], [("assets 2: missing-has-more", "no hasMore in the page")]) { _ in
      .missingHasMore
    },
    FaultKind(
      "next-id",
      of: [.detections],
      [("detections 1: next-id 5", "a WARNING that names 5 for the next page; 'first' names the page's own first")]
    ) { words throws(FaultScriptError) in
      let number = words.next()
      guard !number.isEmpty else { throw words.wrong("'next-id' takes a number", at: number) }
      return .nextID(String(number))
    },
    FaultKind("repeated-host", of: [.detections], [("detections 2: repeated-host", "the host before the page's first")])
    { _ in .repeatedHost },
    FaultKind("unordered", of: [.detections], [("detections 2: unordered", "the page's hosts, last one first")]) { _ in
      .unordered
    },
    FaultKind("lacking", of: [.knowledgeBase], [("knowledge-base 1: lacking 5", "no entry for QIDs that 5 divides")]) {
      words throws(FaultScriptError) in .lacking(try words.number("a number from 1", in: 1...1_000_000))
    },
    FaultKind("next-round", [("detections 2: next-round", "a day has gone by, and much has changed")]) { _ in
      .nextRound
    },
    FaultKind("expire-token", of: [.assets, .count], [("assets 3: expire-token", "the call's token is over")]) { _ in
      .expiredToken
    },
  ]
}
