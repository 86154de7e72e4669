import Records
import Simulator
import Stages
import Streaming
import TestSupport
import Testing

/// The six paths that Sumo Logic's public parser for this feed reads are in every log, whatever happens to its size.
///
/// `Detection.Results` is there whenever Qualys sent RESULTS: what it did not send is not made up.
@Suite("What Cloud SIEM reads")
struct CloudSIEMContractTests {
  private static let always = ["Id", "IP", "Hostname", "Detection.Severity", "Detection.LastFoundDateTime"]

  /// Checks a log of a detection; a part may have an empty rest of everything but what says whose it is.
  private static func check(_ line: Line, hasResults: Bool, _ comment: Comment? = nil) throws {
    let leaves = try StrictJSON(line.bytes).leaves
    for path in always { #expect(leaves[path]?.isEmpty == false, "\(path) \(comment?.rawValue ?? "")") }
    #expect((leaves["Detection.Results"] != nil) == hasResults, comment)
    let time = #/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z/#
    #expect(leaves["Detection.LastFoundDateTime"]?.wholeMatch(of: time) != nil, comment)
  }

  private static func hasResults(_ line: Line) throws -> Bool {
    try Detection(#require(line.fields)).value(at: #require(FieldPath("DETECTION.RESULTS"))) != nil
  }

  @Test("Every simulated detection has them", arguments: 1...24 as ClosedRange<UInt64>)
  func simulated(seed: UInt64) throws {
    let lines = try Decoding(DetectionsSimulation(hosts: 25, seed: seed).page()).lines()
    #expect(lines.count > 25)
    for line in lines { try Self.check(line, hasResults: Self.hasResults(line)) }
  }

  private static let policies: [KeyValuePairs<String, OptionValue>] = [
    [:], ["split": .boolean(false), "shorten": .texts("DETECTION.RESULTS")],
    ["drop": .texts("TAGS", "METADATA", "DETECTION.QDS_FACTORS", "DNS_DATA.FQDN", "OS", "TRACKING_METHOD")],
    ["shorten": .texts("DETECTION.RESULTS", "IP", "NETBIOS", "ID", "DNS_DATA.HOSTNAME", "DNS")],
    ["drop": .texts("TAGS"), "shorten": .texts("DETECTION.SEVERITY", "DETECTION.LAST_FOUND_DATETIME")],
  ]

  @Test("And so has what guard-size makes of it", arguments: policies.indices, [600, 1024, 2048, 65536])
  func guarded(policy: Int, limit: Int) throws {
    let simulation = DetectionsSimulation(hosts: 12, seed: UInt64(policy + 1), resultsBytes: 300_000)
    let lines = try Decoding(simulation.page()).lines()
    var entries = Self.policies[policy].map { ($0.key, $0.value) }
    entries.append(("limit", .integer(limit)))
    let stage = try GuardSize(Options(entries, known: ["limit", "drop", "shorten", "split"]))
    var parts = 0
    for line in lines {
      let run = try StageRun(stage, on: [line])
      for output in run.records {
        try Self.check(output, hasResults: Self.hasResults(line), "policy \(policy), limit \(limit)")
        if output.isPart { parts += 1 }
      }
    }
    // Otherwise a host's other fields leave no room, or nothing is left to split.
    if policy == 0, limit >= 2048 { #expect(parts > 0) }
  }

  @Test(
    "A host whose names Qualys does not know is called by its address",
    arguments: ["", "<DNS/>", "<NETBIOS></NETBIOS>", "<DNS_DATA><HOSTNAME/></DNS_DATA>", "<DNS>.</DNS>"]
  )
  func nameless(names: String) throws {
    let detection = """
      <QID>1</QID><SEVERITY>3</SEVERITY><RESULTS>\(String(repeating: "x", count: 5000))</RESULTS>
      <LAST_FOUND_DATETIME>2026-11-20T10:50:00Z</LAST_FOUND_DATETIME>
      """
    let lines = try Decoding(SmallPage(host: "<IP>10.0.0.1</IP>\(names)", detection: detection)).lines()
    for entries in Self.policies {
      var entries = entries.map { ($0.key, $0.value) }
      entries.append(("limit", .integer(600)))
      let run = try StageRun(GuardSize(Options(entries, known: ["limit", "drop", "shorten", "split"])), on: lines)
      #expect(!run.records.isEmpty)
      for line in run.records {
        try Self.check(line, hasResults: true)
        #expect(try StrictJSON(line.bytes)["Hostname"]?.string == "10.0.0.1")
      }
    }
  }

  @Test("Without RESULTS there is no Results; an empty one is there")
  func withoutResults() throws {
    let time = "<LAST_FOUND_DATETIME>2026-11-20T10:50:00Z</LAST_FOUND_DATETIME>"
    for (results, isThere) in [("", false), ("<RESULTS/>", true), ("<RESULTS></RESULTS>", true)] {
      let page = SmallPage(host: "<IP>10.0.0.1</IP>", detection: "<SEVERITY>3</SEVERITY>\(results)\(time)")
      try Self.check(Decoding(page).lines()[0], hasResults: isThere)
    }
  }
}
