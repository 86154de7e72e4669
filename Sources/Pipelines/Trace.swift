/// What became of the records that somebody asked about, at every stage.
package struct Trace: Sendable, Encodable {
  /// What is followed.
  package enum Target: Sendable, Equatable {
    /// The detections of a host, or those of one QID.
    case host(id: String, qid: String?)
    /// A KnowledgeBase entry.
    case entry(qid: String)
    /// An asset of the inventory.
    case asset(id: String)
  }

  /// A record, or what a stage made of one.
  package struct Item: Sendable, Encodable {
    /// What it is, in words: `host 10000038`.
    package var name: String
    /// The stream that it came in.
    package var stream: String
    /// The round of a replay; 1 where there is none.
    package var round: Int
    /// Where its answer came from.
    package var answer: String?
    /// Where in the answer it stood.
    package var place: Place?
    /// What each stage did with it, in order.
    package var steps: [Step] = []
    /// Where it ended.
    package var ends: [End] = []
    /// What became of it when it became several.
    package var items: [Item] = []
    /// Its fields as they came, by path; long ones as far as a person reads them.
    package var fields: [Field] = []

    /// Records that were not made into others.
    package var leaves: [Item] { items.isEmpty ? [self] : items.flatMap(\.leaves) }
  }

  /// Where in an answer something stood.
  package struct Place: Sendable, Encodable {
    /// The element or object: `<HOST>`.
    package var element: String
    package var firstByte: Int
    /// The first byte behind it.
    package var end: Int
    package var firstLine: Int
    package var lastLine: Int
  }

  /// What a stage did.
  package struct Step: Sendable, Encodable {
    package enum Outcome: String, Sendable, Encodable {
      case passed, changed, split, dropped, refused
    }
    package var stage: String
    package var outcome: Outcome
    /// What exactly, in words.
    package var words: [String]
    /// Bytes as JSON behind it.
    package var bytes: Int?
    /// The line, when it was written here; as far as a person reads it.
    package var line: String?
  }

  /// A sink that a line reached, or the dead letters.
  package struct End: Sendable, Encodable {
    package var sink: String
    package var destination: String
    /// Where the very line stands already: files and numbers of lines.
    package var found: [Found] = []
  }

  /// A line in a file.
  package struct Found: Sendable, Encodable, Equatable {
    package var file: String
    package var line: Int
  }

  /// A field and what it holds.
  package struct Field: Sendable, Encodable {
    package var path: String
    package var value: String
  }

  /// What streams held, whether it was followed or not.
  package struct Seen: Sendable, Encodable {
    package var stream: String
    /// Hosts, entries, assets.
    package var records = 0
    package var leastID: UInt64?
    package var greatestID: UInt64?
    /// The QIDs that the host had, when it was there.
    package var qids: [String] = []
  }

  package var items: [Item] = []
  package var seen: [Seen] = []

  /// Whether nothing of what was asked for was there.
  package var isEmpty: Bool { items.isEmpty }
}
