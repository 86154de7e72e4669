import Records
import Stages
import Streaming
import TestSupport
import Testing

/// What the stages make of assets.
@Suite("Stages on assets")
struct AssetStageTests {
  private static func run<S: Stage>(_ stage: S, on assets: [Asset]) throws -> (
    records: [S.Output], rejected: [Rejection]
  )
  where S.Input == Asset {
    var stage = stage
    var outlet = Outlet<S.Output>()
    let batch = Batch(ContiguousArray(assets), of: Page(number: 0, origin: "test"), at: Position(marks: 1))
    try stage.process(batch, into: &outlet)
    let rejected = outlet.rejected
    return (Array(outlet.take()), rejected)
  }

  private static func flat(_ software: String) throws -> String {
    let assets = try AssetDecoding(asset: #"{"a":1,"softwareListData":\#(software),"b":[2]}"#).assets
    return String(try run(FlattenSoftware(), on: assets).records[0].line().text.dropFirst(34).dropLast(9))
  }

  @Test(
    "Software becomes a list of names, in order, each once",
    arguments: [
      (
        #"{"software":[{"id":1,"fullName":"B \"x\" 1"},{"fullName":"A"},{"id":2,"fullName":"B \"x\" 1"},{"fullName":"\u0041"}]}"#,
        #""softwareListData":["B \"x\" 1","A"]"#
      ),
      (#"{"software":[{"id":1,"fullName":"A","lifecycle":{"fullName":"no"}}]}"#, #""softwareListData":["A"]"#),
      (
        #"{"software":[{"id":1},{"fullName":null},{"fullName":""},{"fullName":"\u00e9\/"}]}"#,
        #""softwareListData":["\u00e9\/"]"#
      ),
      (
        #"{"software":[[{"fullName":"A"},[{"fullName":"B"}]],7,{"fullName":"C"}]}"#,
        #""softwareListData":["A","B","C"]"#
      ),
      (#"{"software":{"fullName":"A"},"fullName":"no"}"#, #""softwareListData":["A"]"#),
      (#"{"software":[]}"#, #""softwareListData":[]"#), ("{}", #""softwareListData":[]"#),
      ("null", #""softwareListData":null"#), (#"{"software":null}"#, #""softwareListData":null"#),
      (#"["A"]"#, #""softwareListData":["A"]"#), (#"{"software":"odd"}"#, #""softwareListData":{"software":"odd"}"#),
    ]
  )
  func flattenSoftware(software: String, expected: String) throws { #expect(try Self.flat(software) == expected) }

  @Test("As many names as there are, each once", arguments: [127, 128, 129, 5000])
  func manyNames(count: Int) throws {
    let software = (0..<count * 2).map { #"{"fullName":"name \#($0 % count)"}"# }.joined(separator: ",")
    let names = (0..<count).map { #""name \#($0)""# }.joined(separator: ",")
    #expect(try Self.flat(#"{"software":[\#(software)]}"#) == #""softwareListData":[\#(names)]"#)
  }

  @Test("An asset without software stays as it is")
  func nothingToFlatten() throws {
    let assets = try AssetDecoding(asset: #"{"a":1}"#).assets
    #expect(try Self.run(FlattenSoftware(), on: assets).records[0].line().text == assets[0].line().text)
  }

  @Test(
    "Conditions look at numbers, texts and elements; null is not there",
    arguments: [
      (["field": .text("port"), "at-least": .text("400")], true),
      (["field": .text("list.port"), "equals": .text("22")], true),
      (["field": .text("list.port"), "equals": .text("23")], false),
      (["field": .text("list"), "exists": .boolean(true)], true),
      (["field": .text("nothing"), "exists": .boolean(true)], false),
      (["field": .text("nothing"), "exists": .boolean(false)], true),
      (["field": .text("nothing"), "equals": .text("null")], false),
      (["field": .text("flag"), "equals": .text("true")], true),
      (["field": .text("names"), "equals": .text("é")], true),
      (["field": .text("names"), "matches": .text("^b$")], true),
      (["field": .text("big"), "at-least": .text("8464359598295418001")], false),
    ] as [(KeyValuePairs<String, OptionValue>, Bool)]
  )
  func filter(condition: KeyValuePairs<String, OptionValue>, passes: Bool) throws {
    let assets = try AssetDecoding(
      asset:
        #"{"port":443,"list":[{"port":22},{"port":null}],"nothing":null,"flag":true,"names":["\u00e9","b"],"big":8464359598295418000}"#
    ).assets
    let filter = try Filter<Asset>(.of(Filter<Asset>.component, condition))
    #expect(try Self.run(filter, on: assets).records.isEmpty == !passes)
  }

  // MARK: guard-size

  private static func guarded(
    _ asset: String,
    _ options: KeyValuePairs<String, OptionValue>
  ) throws -> (lines: [Line], rejected: [Rejection]) {
    let lines = try AssetDecoding(asset: asset).assets.map { $0.line() }
    var stage = try GuardSize(.of(GuardSize.component, options))
    var outlet = Outlet<Line>()
    try stage.process(
      Batch(ContiguousArray(lines), of: Page(number: 0, origin: "test"), at: Position(marks: 1)),
      into: &outlet
    )
    let rejected = outlet.rejected
    return (Array(outlet.take()), rejected)
  }

  @Test("Fields are dropped, texts are shortened between characters and escapes, lists lose their last")
  func shorten() throws {
    let long = String(repeating: #"\u00e9\/é"#, count: 400)
    let (dropped, _) = try Self.guarded(
      #"{"assetId":1,"long":"\#(long)","b":2}"#,
      ["limit": .integer(512), "drop": .texts("long")]
    )
    #expect(dropped.map(\.text) == [#"{"LogType":"assetInventory","assetId":1,"b":2}"#])
    let (shortened, _) = try Self.guarded(
      #"{"assetId":1,"long":"\#(long)","b":2}"#,
      ["limit": .integer(512), "shorten": .texts("long")]
    )
    #expect(shortened.count == 1 && shortened[0].byteCount <= 512 && shortened[0].byteCount > 480)
    #expect(shortened[0].text.contains("of 2000 bytes left out]\",\"b\":2}"))
    let names = (0..<100).map { "\"software \($0)\"" }.joined(separator: ",")
    let (listed, _) = try Self.guarded(
      #"{"assetId":1,"names":[\#(names)],"b":2}"#,
      ["limit": .integer(512), "shorten": .texts("names")]
    )
    #expect(listed.count == 1 && listed[0].byteCount <= 512 && listed[0].byteCount > 480)
    #expect(listed[0].text.contains(#"["software 0","#) && listed[0].text.contains(#" of 100 left out]"],"b":2}"#))
  }

  @Test("The longest text is split; what has none that is long is refused")
  func split() throws {
    let long = String(repeating: #"x\"é"#, count: 300)
    let (parts, _) = try Self.guarded(#"{"assetId":1,"long":"\#(long)","b":2}"#, ["limit": .integer(512)])
    #expect(parts.count == 4 && parts.allSatisfy { $0.byteCount <= 512 })
    #expect(parts[0].text.hasSuffix(#","b":2,"Part":1,"Parts":4}"#))
    let joined = parts.map { $0.text.dropFirst(48).prefix { $0 != "," }.dropLast() }.joined()
    #expect(joined == long)
    let numbers = (0..<500).map(String.init).joined(separator: ",")
    let (none, rejected) = try Self.guarded(#"{"assetId":1,"n":[\#(numbers)]}"#, ["limit": .integer(512)])
    #expect(none.isEmpty && rejected.count == 1)
  }

  @Test("What says which asset it is cannot be left out")
  func indispensable() {
    #expect(throws: OptionError.self) {
      try DecodeAssets(.of(DecodeAssets.component, ["exclude": .texts("cpuCount", "assetId")]))
    }
  }
}
