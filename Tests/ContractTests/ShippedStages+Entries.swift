import Records
import Stages
import Streaming
import TestSupport

extension ShippedStages {
  /// The stages that take KnowledgeBase entries, or make them.
  static let onEntries: [any Contract] = entryDecoding + entryShaping + entryEncoding + entryGuarding

  private static let entries = SimulatedEntries.entries

  private static let entryDecoding: [any Contract] = [
    DecoderContract(DecodeKnowledgeBase(), on: SimulatedEntries.chunks(of: 4096))
  ]

  private static let entryShaping: [any Contract] = {
    typealias Entry = KnowledgeBaseEntry
    // Options of our own: that they are right is what the tests of each stage show.
    guard
      let filter = try? Filter<Entry>(
        .of(Filter<Entry>.component, ["field": .text("SEVERITY_LEVEL"), "at-least": .text("3")])
      ),
      let select = try? Select<Entry>(
        .of(
          Select<Entry>.component,
          ["keep": .texts("QID", "CVE_LIST.CVE.ID", "CVSS"), "remove": .texts("CVSS.IMPACT")]
        )
      ),
      let rename = try? Rename<Entry>(.of(Rename<Entry>.component, ["TITLE": .text("Name")])),
      let addFields = try? AddFields<Entry>(
        .of(AddFields<Entry>.component, ["Team": .text("secops"), "CVSS.Source": .text("vmdr")])
      )
    else { return [] }
    return [
      StageContract("on entries", filter, on: entries), StageContract("on entries", select, on: entries),
      StageContract("on entries", rename, on: entries), StageContract("on entries", addFields, on: entries),
      StageContract("on entries", AddEventID<Entry>(), on: entries),
    ]
  }()

  private static let entryEncoding: [any Contract] = LogFormat.Naming.allCases.map { naming in
    StageContract("\(naming) on entries", EncodeJSON<KnowledgeBaseEntry>(naming: naming), on: entries)
  }

  private static let entryGuarding: [any Contract] = {
    let settings: [(String, KeyValuePairs<String, OptionValue>)] = [
      ("splitting", ["limit": .integer(2500)]),
      ("dropping", ["limit": .integer(2500), "drop": .texts("CORRELATION", "DIAGNOSIS")]),
      ("shortening", ["limit": .integer(2500), "shorten": .texts("DIAGNOSIS", "SOLUTION")]),
      ("refusing", ["limit": .integer(2500), "split": .boolean(false)]),
    ]
    return settings.compactMap { name, options in
      guard let stage = try? GuardSize(.of(GuardSize.component, options)) else { return nil }
      return StageContract("\(name) lines of entries", stage, on: SimulatedEntries.lines)
    }
  }()
}
