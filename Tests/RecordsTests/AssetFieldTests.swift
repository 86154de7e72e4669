import Records
import TestSupport
import Testing

/// Fields of assets are read and changed by their paths, through arrays, with values as texts.
@Suite("Fields of assets")
struct AssetFieldTests {
  private static let text =
    #"{"assetId":12345678901234567890,"operatingSystem":{"osName":"Win\"dows\" \u00e9\/","lifecycle":null},"up":true,"#
    + #""openPortListData":{"openPort":[{"port":22,"x":"a"},{"port":443},{"p":1}]},"domain":["one","two"],"tagList":null,"none":[]}"#

  private static func asset() throws -> Asset { try AssetDecoding(asset: text).assets[0] }

  private static func changed(_ changes: FieldChange...) throws -> String {
    var asset = try asset()
    asset.apply(changes)
    let text = asset.line().text
    _ = try StrictJSONOfAnything(text)
    return text
  }

  private static func path(_ text: String) -> FieldPath { FieldPath(text)! }

  @Test("Values are texts without escapes; numbers are their digits; null is none")
  func values() throws {
    let asset = try Self.asset()
    let value = { (path: String) in asset.value(at: Self.path(path)) }
    #expect(value("assetId") == "12345678901234567890")
    #expect(value("operatingSystem.osName") == "Win\"dows\" é/")
    #expect(value("up") == "true")
    #expect(value("openPortListData.openPort.port") == "22")
    #expect(value("domain") == "one")
    #expect(value("operatingSystem.lifecycle") == nil)
    #expect(
      value("tagList") == nil && value("tagList.tag.tagId") == nil && value("none") == nil && value("missing") == nil
    )
  }

  @Test("Changes leave everything else as it was")
  func changes() throws {
    let whole = try Self.asset().line().text
    #expect(try Self.changed(.remove(Self.path("tagList"))) == whole.replacing(#""tagList":null,"#, with: ""))
    #expect(
      try Self.changed(.remove(Self.path("openPortListData.openPort.port")))
        == whole.replacing(#""port":22,"#, with: "").replacing(#""port":443"#, with: "")
    )
    #expect(
      try Self.changed(.rename(Self.path("openPortListData.openPort.port"), "Port"))
        == whole.replacing(#""port""#, with: #""Port""#)
    )
    #expect(
      try Self.changed(.keep([Self.path("assetId"), Self.path("openPortListData.openPort.x")]))
        == #"{"LogType":"assetInventory","assetId":12345678901234567890,"openPortListData":{"openPort":[{"x":"a"}]}}"#
    )
    #expect(
      try Self.changed(.set(Self.path("Team"), "sec\"ops")) == whole.dropLast() + #","Team":"sec\"ops"}"#
    )
    #expect(
      try Self.changed(.set(Self.path("operatingSystem.osName"), "a\\b"))
        == whole.replacing(#""Win\"dows\" \u00e9\/""#, with: #""a\\b""#)
    )
    #expect(try Self.changed(.set(Self.path("domain"), "x")) == whole.replacing(#"["one","two"]"#, with: #""x""#))
    #expect(
      try Self.changed(.set(Self.path("openPortListData.openPort.new"), "n"))
        == whole.replacing(#""x":"a"}"#, with: #""x":"a","new":"n"}"#).replacing(
          #""port":443}"#,
          with: #""port":443,"new":"n"}"#
        )
        .replacing(#""p":1}"#, with: #""p":1,"new":"n"}"#)
    )
    // Nothing can stand in what is no object.
    #expect(try Self.changed(.set(Self.path("up.new"), "n"), .set(Self.path("tagList.new"), "n")) == whole)
  }

  @Test("Only some fields are read, with those that say which asset it is")
  func choice() throws {
    let log = { (include: [String]?, exclude: [String]) in
      let choice = FieldChoice(include: include?.map(Self.path), exclude: exclude.map(Self.path))
      return String(try AssetDecoding(asset: Self.text, choice: choice).texts()[0].dropFirst(28))
    }
    #expect(try log(["up"], []) == #""assetId":12345678901234567890,"up":true}"#)
    #expect(
      try log(["openPortListData.openPort.port", "domain"], [])
        == #""assetId":12345678901234567890,"openPortListData":{"openPort":[{"port":22},{"port":443},{}]},"domain":["one","two"]}"#
    )
    #expect(
      try log(nil, ["openPortListData.openPort.port", "operatingSystem", "domain", "none", "up"])
        == #""assetId":12345678901234567890,"openPortListData":{"openPort":[{"x":"a"},{},{"p":1}]},"tagList":null}"#
    )
    #expect(
      try log(["openPortListData"], ["openPortListData.openPort.port"])
        == #""assetId":12345678901234567890,"openPortListData":{"openPort":[{"x":"a"},{},{"p":1}]}}"#
    )
    #expect(try log([], []) == #""assetId":12345678901234567890}"#)
  }
}
