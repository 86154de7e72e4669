import Foundation
import Records
import Simulator
import Stages
import Streaming
import TestSupport
import Testing

/// `encode-sumo-inventory`: the record that Cloud SIEM's custom inventory takes.
@Suite("encode-sumo-inventory")
struct EncodeSumoInventoryTests {
  private static func run(_ asset: String, source: String = "Qualys") throws -> StageRun<Line> {
    try StageRun(EncodeSumoInventory(source: source), on: AssetDecoding(asset: asset).assets)
  }

  private static let beginning = #"{"customInventory":true,"type":"computer","source":"Qualys""#

  @Test(
    "An asset, byte for byte",
    arguments: [
      (
        #"""
        {"assetId":60000012,"assetUUID":"9137434a-1b2c-4d5e-8f90-0123456789ab","hostId":null,"address":"10.0.0.7",
         "dnsName":"srv-7.example.com","assetName":"srv-7","operatingSystem":{"osName":"Ubuntu Linux 22.04",
         "category":"Linux","version":"22.04"},"networkInterfaceListData":{"networkInterface":[
         {"hostname":"srv-7","macAddress":"00:50:56:aa:00:01"},{"macAddress":"00:50:56:aa:00:02"}]},
         "tagList":{"tag":[{"tagId":1,"tagName":"Cloud Agent"},{"tagName":"Gr\u00f6\u00dfe \"L\""}]}}
        """#,
        #"""
        ,"uniqueID":"qualys-60000012","deviceUniqueId":"9137434a-1b2c-4d5e-8f90-0123456789ab","computername":"srv-7",\#
        "hostname":"srv-7","normalizedComputerName":"srv-7","normalizedHostname":"srv-7","ip":"10.0.0.7",\#
        "natIp":"10.0.0.7","mac":"00:50:56:aa:00:01","os":"Ubuntu Linux 22.04","osVersion":"22.04",\#
        "groups":["Cloud Agent","Gr\u00f6\u00dfe \"L\""]}
        """#
      ),
      (
        #"""
        {"assetId":1,"assetUUID":null,"address":"","assetName":"b\\ück","operatingSystem":null,"tagList":null,
         "networkInterfaceListData":{"networkInterface":[{"macAddress":null},{"macAddress":"00:50:56:aa:00:02"}]}}
        """#,
        #"""
        ,"uniqueID":"qualys-1","computername":"b\\ück","hostname":"b\\ück","normalizedComputerName":"b\\ück",\#
        "normalizedHostname":"b\\ück"}
        """#
      ),
      (
        #"""
        {"assetId":1,"assetName":"a","operatingSystem":{"osName":{"odd":1},"version":9.10},
         "networkInterfaceListData":{"networkInterface":[]},"tagList":{"tag":[{"tagName":null},{"tagName":""},{"tagName":7}]}}
        """#,
        #"""
        ,"uniqueID":"qualys-1","computername":"a","hostname":"a","normalizedComputerName":"a","normalizedHostname":"a",\#
        "osVersion":"9.10","groups":["7"]}
        """#
      ),
    ]
  )
  func golden(asset: String, rest: String) throws {
    let run = try Self.run(asset)
    #expect(run.records.map(\.text) == [Self.beginning + rest])
    _ = try StrictJSON(run.records[0].bytes)
  }

  @Test("The source is what the option says")
  func source() throws {
    let asset = #"{"assetId":1,"assetName":"a"}"#
    #expect(try Self.run(asset, source: #"my "CMDB""#).records[0].text.contains(#""source":"my \"CMDB\"","uniqueID""#))
    let stage = try EncodeSumoInventory(.of(EncodeSumoInventory.component, ["source": .text("other")]))
    #expect(try StageRun(stage, on: AssetDecoding(asset: asset).assets).records[0].text.contains(#""source":"other""#))
  }

  @Test(
    "An asset without a name is no entity: it is refused, and counted",
    arguments: ["", #","assetName":null"#, #","assetName":"""#, #","assetName":{}"#]
  )
  func nameless(name: String) throws {
    let run = try Self.run(#"{"assetId":1,"dnsName":"x.example.com"\#(name)}"#)
    #expect(run.records.isEmpty && run.counts.missing == 0)
    #expect(run.rejections.map(\.reason) == ["it has no assetName, which names it in the inventory"])
  }

  @Test("A name that a stage gave is escaped")
  func changed() throws {
    var assets = try AssetDecoding(asset: #"{"assetId":1,"assetName":"a"}"#).assets
    assets[0].set(try #require(FieldPath("assetName")), to: "q\"\u{1}é")
    let line = try StageRun(EncodeSumoInventory(), on: assets).records[0]
    #expect(try StrictJSON(line.bytes)["hostname"]?.string == "q\"\u{1}é")
  }

  @Test("Every simulated asset, against another parser", arguments: 1...8 as ClosedRange<UInt64>)
  func simulated(seed: UInt64) throws {
    let page = AssetsSimulation(assets: 40, seed: seed, softwarePerAsset: 2).page()
    let whole = try #require(try JSONSerialization.jsonObject(with: Data(page)) as? [String: Any])
    let assets = try #require((whole["assetListData"] as? [String: Any])?["asset"] as? [[String: Any]])
    let lines = try StageRun(EncodeSumoInventory(), on: AssetDecoding(page).assets).records
    #expect(lines.count == assets.count)
    for (line, asset) in zip(lines, assets) {
      let name = try #require(asset["assetName"] as? String)
      let system = asset["operatingSystem"] as? [String: Any]
      let interfaces = (asset["networkInterfaceListData"] as? [String: Any])?["networkInterface"] as? [[String: Any]]
      let tags = (asset["tagList"] as? [String: Any])?["tag"] as? [[String: Any]]
      let id = try #require(asset["assetId"] as? Int)
      let expected: [String: Any?] = [
        "customInventory": true, "type": "computer", "source": "Qualys", "uniqueID": "qualys-\(id)",
        "deviceUniqueId": asset["assetUUID"] as? String, "computername": name, "hostname": name,
        "normalizedComputerName": name, "normalizedHostname": name, "ip": asset["address"] as? String,
        "natIp": asset["address"] as? String, "mac": interfaces?.first?["macAddress"] as? String,
        "os": system?["osName"] as? String, "osVersion": system?["version"] as? String,
        "groups": tags?.map { $0["tagName"] as? String },
      ]
      let record = try JSONSerialization.jsonObject(with: Data(line.bytes)) as? NSDictionary
      #expect(record == expected.compactMapValues { $0 } as NSDictionary)
      #expect(!line.text.contains("null"))
    }
  }

  @Test("guard-size lets a record pass or refuses it whole; it never gives it another shape")
  func guarded() throws {
    let tags = (0..<100).map { #"{"tagName":"tag \#($0)"}"# }.joined(separator: ",")
    let line = try Self.run(#"{"assetId":1,"assetName":"a","tagList":{"tag":[\#(tags)]}}"#).records[0]
    for split in [true, false] {
      func guarded(_ limit: Int) throws -> StageRun<Line> {
        let options = Options.of(
          GuardSize.component,
          [
            "limit": .integer(limit), "shorten": .texts("tagList"), "drop": .texts("assetName"),
            "split": .boolean(split),
          ]
        )
        return try StageRun(GuardSize(options), on: [line])
      }
      #expect(try guarded(line.byteCount).records.map(\.text) == [line.text])
      let refused = try guarded(line.byteCount - 1)
      #expect(refused.records.isEmpty && refused.counts.missing == 0)
      #expect(
        refused.rejections.map(\.reason)
          == ["\(line.byteCount) bytes, over \(line.byteCount - 1), and of a shape that cannot be written with less"]
      )
      #expect((refused.rejections.first?.record as? Line)?.text == line.text)
    }
  }
}
