import Records
import Simulator
import Streaming
import TestSupport
import Testing

/// Assets come through with every value, and what is no page of assets is an error with its words.
@Suite("Assets answers")
struct AssetsAnswerTests {
  @Test("Names and values stay as they came, in both namings")
  func asIs() throws {
    let asset =
      #"{ "assetId" : 67533741, "lastModifiedDate":"2025-07-11T14:21:10.000Z", "id":8464359598295418000,"n":-1.50E+03,"#
      + #""text":"a\/b \"q\" \u00e9 é","no":null,"yes":true,"never":false,"list":{"x":[]},"empty":{},"deep":[[1,[2]],{"a":[{}]}],"#
      + #""X_LIST":{"X":["1"]},"odd \"name\"":"","\u0065scaped":1}"#
    let decoding = try AssetDecoding(asset: asset)
    #expect(decoding.failure == nil)
    let expected =
      #"{"LogType":"assetInventory","Timestamp":"2025-07-11T14:21:10.000Z","assetId":67533741,"#
      + #""lastModifiedDate":"2025-07-11T14:21:10.000Z","id":8464359598295418000,"n":-1.50E+03,"#
      + #""text":"a\/b \"q\" \u00e9 é","no":null,"yes":true,"never":false,"list":{"x":[]},"empty":{},"deep":[[1,[2]],{"a":[{}]}],"#
      + #""X_LIST":{"X":["1"]},"odd \"name\"":"","escaped":1}"#
    for naming in LogFormat.Naming.allCases { #expect(decoding.texts(naming: naming) == [expected]) }
  }

  @Test("Which time a log has")
  func timestamp() throws {
    let line = { (asset: String) in try AssetDecoding(asset: asset).texts()[0] }
    #expect(try line(#"{"assetId":1}"#) == #"{"LogType":"assetInventory","assetId":1}"#)
    #expect(try line("{}") == #"{"LogType":"assetInventory"}"#)
    #expect(
      try line(#"{"lastModifiedDate":null,"sensorLastUpdatedDate":"2026-01-01"}"#)
        .hasPrefix(#"{"LogType":"assetInventory","Timestamp":"2026-01-01","lastModifiedDate":null"#)
    )
    #expect(try !line(#"{"lastModifiedDate":1752520814000,"sensorLastUpdatedDate":{}}"#).contains("Timestamp"))
  }

  @Test("The envelope is learned")
  func report() throws {
    let decoding = try AssetDecoding(
      AssetDecoding.page(
        of: [#"{"assetId":5}"#, #"{"assetId":9}"#],
        envelope: #""count":2,"responseCode":"SUCCESS","lastSeenAssetId":9,"hasMore":1"#
      )
    )
    let report = try decoding.report
    #expect(report.isComplete && report.marks == 2 && report.idsAscend && report.lastID == 9)
    #expect(report.hasMore == true && report.lastSeenID == 9 && report.drift == 0)
    #expect(decoding.meter.current.missing == 0)
    #expect(decoding.assets.map(\.fields.mark) == [0, 1])
    let unordered = try AssetDecoding(AssetDecoding.page(of: [#"{"assetId":9}"#, #"{"assetId":5}"#])).report
    #expect(!unordered.idsAscend && unordered.hasMore == false)
    #expect(try !AssetDecoding(asset: #"{"assetId":null}"#).report.idsAscend)
  }

  @Test(
    "An answer without assets is no error",
    arguments: [
      #"{"responseCode":"SUCCESS","count":0,"hasMore":0,"lastSeenAssetId":null,"assetListData":null}"#,
      #"{"responseCode":"SUCCESS","count":0,"hasMore":0,"assetListData":{"asset":[]}}"#,
      #"{"responseCode":"SUCCESS","hasMore":false,"assetListData":{"asset":null}}"#,
    ]
  )
  func nothing(answer: String) throws {
    let decoding = try AssetDecoding(answer)
    #expect(decoding.failure == nil && decoding.assets.isEmpty)
    #expect(try decoding.report.lastSeenID == nil)
  }

  @Test(
    "What is no page of assets is an error",
    arguments: [
      ("", "the answer is empty"), (" \n", "the answer is empty"),
      (
        "<!DOCTYPE html><html><title>Down for maintenance</title>",
        "the answer is a web page titled 'Down for maintenance', not data"
      ),
      (
        "<?xml version=\"1.0\"?><SIMPLE_RETURN/>",
        "the answer is not a JSON object; it begins with '<?xml version=\"1.0\"?><SIMPLE_RETURN/>'"
      ),
      ("[]", "the answer is not a JSON object; it begins with '[]'"),
      ("Bad Gateway", "the answer is not a JSON object; it begins with 'Bad Gateway'"),
      (
        #"{"responseCode":"FAILED","responseMessage":"Invalid \"field\""}"#,
        "Qualys answered with an error FAILED: Invalid \"field\""
      ),
      (#"{"responseCode":"FAILED","responseMessage":"No","#, "Qualys answered with an error FAILED: No"),
      (
        #"{"status":401,"error":"Unauthorized","message":"JWT expired"}"#,
        "Qualys answered with an error 401: Unauthorized: JWT expired"
      ),
      (#"{"message":"Not authenticated"}"#, "Qualys answered with an error: Not authenticated"),
      (
        #"{"authentication_exceptions":[["Authentication Failure"]]}"#,
        "Qualys answered with an error: Authentication Failure"
      ),
      (
        #"{"hosts":[{}],"more":1}"#,
        "the answer is JSON, but no assets answer: it has no 'responseCode', but 'hosts', 'more'"
      ),
      ("{}", "the answer is JSON, but no assets answer: it has no 'responseCode', but no members"),
      (
        #"{"responseCode":"SUCCESS","assetListData":{"asset":[]}}"#,
        "the answer does not say whether more follows: it has no 'hasMore'"
      ),
      (
        #"{"responseCode":"SUCCESS","hasMore":null}"#,
        "the answer does not say whether more follows: it has no 'hasMore'"
      ),
      (
        #"{"responseCode":"SUCCESS","hasMore":0,"count":3}"#,
        "the answer speaks of 3 assets, but it has no 'assetListData.asset'"
      ),
      (
        #"{"responseCode":"SUCCESS","assetListData":{"asset":[7]}}"#,
        "an element of 'assetListData.asset' is a number and not an object"
      ),
      (
        #"{"responseCode":"SUCCESS","assetListData":{"asset":[{},[]]}}"#,
        "an element of 'assetListData.asset' is an array and not an object"
      ),
      (#"{"responseCode" "SUCCESS"}"#, "'\"' where ':' should stand at line 1, column 17 (byte 16)"),
    ]
  )
  func refused(answer: String, words: String) throws {
    for chunk in [1, 7, 1000] {
      let failure = try #require(try AssetDecoding(answer, chunk: chunk).failure)
      #expect("\(failure)" == words)
    }
  }

  @Test("However it is cut, a page gives the same", arguments: [1, 3, 61, 1000, 4096, 65_536, 1 << 20])
  func chunks(size: Int) throws {
    let page = AssetsSimulation(assets: 12, seed: 4, softwarePerAsset: size < 100 ? 3 : 150).page()
    let whole = try AssetDecoding(page, chunk: page.count)
    let cut = try AssetDecoding(page, chunk: size)
    #expect(cut.failure == nil && cut.texts() == whole.texts())
    let (report, expected) = try (cut.report, whole.report)
    #expect(report.marks == 12 && report.lastID == expected.lastID && report.drift == expected.drift)
    #expect(cut.meter.current.missing == 0)
  }

  /// Byte for byte there is nothing to look ahead at, so each of the two ways of reading has a page to itself.
  @Test("Whatever is wrong with a page, it is the same byte for byte and in one piece", arguments: 0..<300)
  func changed(seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    var page = AssetsSimulation(assets: 2, seed: UInt64(seed % 7), softwarePerAsset: 2).page()
    let odd = Array(#"{}[]",:\/u0eE.-nullx9 "#.utf8) + [0x08, 0xFF, 0xC3, 0xE2, 0x0A]
    for _ in 0...(seed % 3) {
      let place = Int.random(in: 200..<page.count, using: &generator)
      switch seed % 4 {
      case 0: page[place] = odd.randomElement(using: &generator) ?? 0
      case 1: page.insert(odd.randomElement(using: &generator) ?? 0, at: place)
      case 2: page.removeSubrange(place..<min(page.count, place + 3))
      default: page.insert(contentsOf: page[place...].prefix(Int.random(in: 1...90, using: &generator)), at: place)
      }
    }
    let whole = try AssetDecoding(page, chunk: page.count)
    let bytes = try AssetDecoding(page, chunk: 1)
    #expect(whole.failure.map { "\($0)" } == bytes.failure.map { "\($0)" })
    #expect(whole.texts() == bytes.texts())
    let (report, other) = try (whole.report, bytes.report)
    #expect(report.drift == other.drift && report.repairedCharacters == other.repairedCharacters)
    #expect(report.lastID == other.lastID && report.openID == other.openID)
  }

  @Test("Wherever a page breaks off, that is an error, and complete assets stand")
  func everyPrefix() throws {
    let page = AssetsSimulation(assets: 3, seed: 2, softwarePerAsset: 1).page()
    let whole = try AssetDecoding(page).texts()
    for count in stride(from: 0, to: page.count, by: 7) {
      let decoding = try AssetDecoding(Array(page[..<count]), chunk: 512)
      #expect(decoding.failure != nil, "\(count)")
      #expect(whole.starts(with: decoding.texts()))
      #expect(decoding.batches.last?.position == Position(marks: decoding.assets.count, ending: .abandoned))
    }
  }

  @Test("The first asset is out before the page has ended")
  func early() throws {
    var decoder = DecodeAssetsProbe()
    let page = AssetsSimulation(assets: 4, seed: 2, softwarePerAsset: 1).page()
    #expect(try decoder.assets(after: Array(page[..<(page.count / 2)])) >= 1)
  }

  @Test("An asset that is too large is an error that names it; those before it stand", arguments: [1000, 1 << 20])
  func tooLarge(chunk: Int) throws {
    let large = String(repeating: #""name":"\#(String(repeating: "x", count: 1 << 20))","#, count: 17)
    let page = AssetDecoding.page(of: [#"{"assetId":3}"#, #"{"assetId":4,\#(large)"end":1}"#, #"{"assetId":5}"#])
    let decoding = try AssetDecoding(page, chunk: chunk)
    #expect(decoding.failure.map { "\($0)" } == "asset 4 exceeds 16 MiB; refused")
    #expect(decoding.texts() == [#"{"LogType":"assetInventory","assetId":3}"#])
  }

  @Test("One text that is too large is an error of its asset, too")
  func longText() throws {
    let text = String(repeating: "x", count: 17 << 20)
    let decoding = try AssetDecoding(AssetDecoding.page(of: [#"{"assetId":4,"name":"\#(text)"}"#]))
    #expect(decoding.failure.map { "\($0)" } == "asset 4 exceeds 16 MiB; refused")
  }

  @Test("More names than any real answer has are refused")
  func names() throws {
    let members = (0..<4100).map { #""unusual-\#($0)":1"# }.joined(separator: ",")
    let failure = try AssetDecoding(asset: "{\(members)}").failure
    #expect(failure.map { "\($0)" } == "the answer has more than 4000 different names; refused")
    let long = try AssetDecoding(asset: #"{"\#(String(repeating: "n", count: 2000))":1}"#).failure
    #expect(long.map { "\($0)" } == "the answer has a name of 2000 bytes; refused")
  }

  @Test("Of a name that comes twice the later one holds, and it is counted")
  func duplicates() throws {
    let decoding = try AssetDecoding(
      asset: #"{"assetId":1,"a":{"b":1},"c":[{"d":1,"d":[2],"d":"3"}],"a":"last","\u0061":"very last"}"#
    )
    #expect(decoding.texts() == [#"{"LogType":"assetInventory","assetId":1,"c":[{"d":"3"}],"a":"very last"}"#])
    #expect(try decoding.report.drift == 4)
    #expect(decoding.assets[0].value(at: FieldPath("a")!) == "very last")
    #expect(decoding.assets[0].value(at: FieldPath("c.d")!) == "3")
    // The same name in another object is another name, also across assets.
    let pages = AssetDecoding.page(of: [#"{"assetId":1,"a":1}"#, #"{"assetId":2,"a":{"a":1}}"#])
    #expect(try AssetDecoding(pages).report.drift == 0)
  }

  @Test("Hostile text is mended, and counted")
  func hostile() throws {
    let answer = Array(AssetDecoding.page(of: [#"{"assetId":1,"a":"x\uD83Dy","b":"@"}"#]).utf8)
      .flatMap { $0 == UInt8(ascii: "@") ? [0xFF, 0x41] : [$0] }
    let decoding = try AssetDecoding(answer)
    #expect(decoding.texts() == [#"{"LogType":"assetInventory","assetId":1,"a":"x\uFFFDy","b":"\#u{FFFD}A"}"#])
    #expect(try decoding.report.repairedCharacters == 2)
  }
}
