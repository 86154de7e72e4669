/// One captured exchange of each kind in which an API says no, or says it badly.
package enum ErrorCorpus {
  /// An exchange by its name.
  struct Entry {
    var name: String
    var api = SimulatedAPI.detections
    var parameters: [NamedValue] = [NamedValue("action", "list")]
    var answer: ErrorAnswer
    var failure: String?
  }

  /// Writes all exchanges into a folder, which is made if it is missing: `errors-NAME.exchange.json` and a body beside it.
  ///
  /// - Returns: How many there are.
  /// - Throws: What the file system says.
  package static func write(to path: String) throws -> Int {
    let folder = try CaptureFolder(path)
    for entry in entries {
      let head = entry.answer.head(of: entry.api, at: answered, limits: Limits())
      var exchange = CapturedExchange(round: 1, api: entry.api, parameters: entry.parameters, head: head)
      exchange.failure = entry.failure
      let type = entry.answer.contentType ?? ""
      let ending = type.contains("xml") ? "xml" : type.contains("html") ? "html" : "json"
      try folder.write(exchange, name: "errors-\(entry.name)", ending: entry.answer.status == 204 ? nil : ending) {
        try $0(Array(entry.answer.body.utf8))
      }
    }
    return entries.count
  }

  private static let answered = SimulatedInstant.november2026 + 21 * SimulatedInstant.day

  static var entries: [Entry] { refusals + insideSuccess + broken + gateway }

  private static func list(_ name: String, _ value: String) -> [NamedValue] {
    [NamedValue("action", "list"), NamedValue(name, value)]
  }

  // MARK: Refusals

  private static var refusals: [Entry] {
    let unknown = "show_asset_ids (action=list allows: \(AllowedParameters.detections.joined(separator: ", ")))"
    let invalid = "ids has invalid value: abc123 (neither a positive integer nor a range: abc123)"
    return [
      Entry(
        name: "400-1901",
        parameters: list("show_asset_ids", "1"),
        answer: .code(1901, subject: unknown, at: answered)
      ),
      Entry(name: "400-1903", parameters: [], answer: .code(1903, subject: "action", at: answered)),
      Entry(
        name: "400-1904",
        parameters: list("ag_ids", "1") + [NamedValue("ag_titles", "Servers")],
        answer: .code(1904, subject: "ag_ids, ag_titles", at: answered)
      ),
      Entry(name: "400-1905", parameters: list("ids", "abc123"), answer: .code(1905, subject: invalid, at: answered)),
      Entry(
        name: "400-1907",
        parameters: list("qds_min", "40"),
        answer: .code(1907, subject: "qds_min=40 without show_qds=1", at: answered)
      ),
      Entry(name: "400-1908", answer: .code(1908, subject: "PUT", at: answered)),
      Entry(
        name: "400-1922",
        parameters: list("use_tags", "1"),
        answer: .code(1922, subject: "tag_set_include, tag_set_exclude", at: answered)
      ),
      Entry(name: "401-2000", answer: .code(2000, at: answered)),
      Entry(name: "409-1960", answer: .code(1960, at: answered)),
      Entry(name: "409-1965", answer: .code(1965, toWait: 86_274, at: answered)),
      Entry(name: "409-2003", answer: .code(2003, at: answered)),
      Entry(name: "202", answer: .status(202, of: .detections, at: answered)),
      Entry(name: "414-html", answer: .status(414, of: .knowledgeBase, at: answered)).of(.knowledgeBase),
      Entry(name: "503-html", answer: .status(503, of: .detections, at: answered)),
    ]
  }

  // MARK: Refusals that look like success

  private static var insideSuccess: [Entry] {
    [
      Entry(name: "200-2001", answer: .code(2001, at: answered)),
      Entry(name: "200-999", answer: .code(999, at: answered)),
      Entry(name: "200-html", answer: .page(200, title: "Scheduled maintenance")),
      Entry(name: "200-empty", answer: xml("")),
    ]
  }

  // MARK: Lists that are not whole, or not well-behaved

  private static var broken: [Entry] {
    let page = detectionsPage
    let half = String(decoding: page.utf8.prefix(page.utf8.count * 2 / 3), as: UTF8.self)
    return [
      Entry(name: "200-truncated", answer: xml(half)),
      Entry(name: "200-reset", answer: xml(half), failure: "connection reset"),
      Entry(name: "200-incident-signature", answer: xml(half + "\nincident signature: 5eed0000-4b1d\n")),
      Entry(name: "200-no-hosts", answer: xml(emptyAnswer)),
      Entry(name: "200-entities", answer: xml(hostilePage)),
    ]
  }

  private static func xml(_ body: String) -> ErrorAnswer {
    ErrorAnswer(status: 200, contentType: "application/xml", body: body)
  }

  private static var simulation: DetectionsSimulation {
    var options = DetectionsSimulation.Options()
    options.hosts = 2
    options.detectionsPerHost = 2
    return DetectionsSimulation(options)
  }

  private static var detectionsPage: String {
    var bytes: [UInt8] = []
    simulation.writePage(0) { bytes += $0 }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static var emptyAnswer: String {
    var bytes: [UInt8] = []
    simulation.writeEmptyAnswer { bytes += $0 }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static var hostilePage: String {
    """
    <?xml version="1.0" encoding="UTF-8" ?>
    <!DOCTYPE HOST_LIST_VM_DETECTION_OUTPUT [
      <!ENTITY secret SYSTEM "file:///etc/hostname">
      <!ENTITY a "aaaaaaaaaa"> <!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"> <!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">
    ]>
    <HOST_LIST_VM_DETECTION_OUTPUT>
      <RESPONSE>
        <DATETIME>\(answered.text)</DATETIME>
        <HOST_LIST><HOST><ID>1</ID><DNS>&secret;&c;</DNS></HOST></HOST_LIST>
      </RESPONSE>
    </HOST_LIST_VM_DETECTION_OUTPUT>

    """
  }

  // MARK: The gateway

  private static var gateway: [Entry] {
    let withoutHasMore =
      #"{"responseMessage":"Valid API Access","count":0,"responseCode":"SUCCESS","lastSeenAssetId":null,"#
      + #""assetListData":{"asset":[]}}"#
    return [
      Entry(name: "gateway-429", answer: .tooManyRequests(toWait: 17)),
      Entry(name: "gateway-401-credentials", answer: .wrongCredentials),
      Entry(name: "gateway-401-expired", answer: .unauthorized("JWT expired")),
      Entry(name: "gateway-400", answer: .failed(400, "Invalid filter operator")),
      Entry(name: "gateway-500", answer: .failed(500, "Internal Server Error")),
      Entry(name: "gateway-204", answer: .status(204, of: .assets, at: answered)),
      Entry(name: "gateway-missing-has-more", answer: .json(200, withoutHasMore)),
    ].map {
      var entry = $0.of(.assets)
      entry.parameters = [NamedValue("lastSeenAssetId", "0"), NamedValue("pageSize", "300")]
      return entry
    }
  }
}

extension ErrorCorpus.Entry {
  fileprivate func of(_ api: SimulatedAPI) -> Self {
    var entry = self
    entry.api = api
    return entry
  }
}
