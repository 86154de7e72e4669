import Records
import Stages
import State
import Streaming
import TestSupport
import Testing

/// Which ports `diff-ports` leaves.
@Suite("diff-ports")
struct DiffPortsTests {
  /// Runs versions of assets, each in a page of its own that is committed; gives the lines' ends from the ports on.
  private static func run(_ versions: [String], _ options: KeyValuePairs<String, OptionValue> = [:]) throws -> [String]
  {
    let state = MemoryState()
    return try versions.enumerated().map { number, asset in
      let texts = try texts([asset], options, state, number: number)
      return try #require(texts.first)
    }
  }

  private static func texts(
    _ assets: [String],
    _ options: KeyValuePairs<String, OptionValue>,
    _ state: MemoryState,
    number: Int = 0
  ) throws -> [String] {
    var stage = try DiffPorts(.of(DiffPorts.component, options))
    let page = RecordedPage(try AssetDecoding(AssetDecoding.page(of: assets)).assets, number: number)
    var outlet = Outlet<Asset>()
    for batch in page.batches(of: 100) {
      try stage.process(batch, into: &outlet, memory: state.memory("diff-ports", of: "s"))
    }
    try state.commit(page.page, marks: UInt32(page.marks), of: "s", progress: .init(cursor: []))
    return outlet.take().map { asset in
      let text = asset.line(naming: .qualys).text
      return text.firstRange(of: #""openPort"#).map { String(text[$0.lowerBound...].dropLast()) } ?? text
    }
  }

  private static func asset(_ version: String, _ ports: String) -> String {
    #"{"assetId":7,"lastModifiedDate":\#(version),"openPortListData":\#(ports)}"#
  }

  /// Ports with the date when each was last seen.
  private static func list(_ ports: KeyValuePairs<Int, String>) -> String {
    let ports = ports.map { #"{"port":\#($0),"protocol":"TCP","lastUpdated":\#($1)}"# }
    return #"{"openPort":[\#(ports.joined(separator: ","))]}"#
  }

  /// The numbers of the ports in a line.
  private static func ports(_ text: String) -> [Int] {
    text.split(separator: #"{"port":"#).dropFirst().compactMap { Int($0.prefix { $0.isNumber }) }
  }

  private static let day10 = #""2026-11-10T00:00:00.000Z""#
  private static let day11 = #""2026-11-11T00:00:00.000Z""#
  private static let day12 = #""2026-11-12T00:00:00.000Z""#

  @Test("The first version keeps all; the next what was seen since; the same again the same")
  func seen() throws {
    let old = #""2026-11-09T00:00:00Z""#
    let new = #""2026-11-10T12:00:00Z""#
    let newer = #""2026-11-11T12:00:00Z""#
    let (first, second) = (Self.list([22: old, 80: old]), Self.list([22: old, 80: new, 443: new]))
    let third = Self.list([22: old, 80: newer, 443: new])
    let texts = try Self.run([
      Self.asset(Self.day10, first), Self.asset(Self.day10, first), Self.asset(Self.day11, second),
      Self.asset(Self.day11, second), Self.asset(Self.day12, third), Self.asset(Self.day12, third),
    ])
    #expect(texts.map(Self.ports) == [[22, 80], [22, 80], [80, 443], [80, 443], [80], [80]])
    #expect(texts[0] == texts[1] && texts[2] == texts[3] && texts[4] == texts[5])
  }

  @Test(
    "Dates are compared as instants, in all their forms; what cannot be read counts as none",
    arguments: [
      (#""2026-11-10T00:00:00.001Z""#, true), (#""2026-11-10T00:00:00.000Z""#, false),
      (#""2026-11-10T00:00:00Z""#, false),
      (#""2026-11-09T23:59:59.999Z""#, false), (#""2026-11-10T00:00:00.0001Z""#, true),
      (#""2026-11-10T01:00:00+01:00""#, false), (#""2026-11-10T00:30:00-0100""#, true),
      (#""2026-11-10T00:30:00.000+0100""#, false), (#""2026-11-10T05:30:01+05:30""#, true),
      (#""2026-11-10T01:00:01+01""#, true), (#""2026-11-10 00:00:01""#, true), (#""2026-11-09 23:00""#, false),
      ("1794268800000", false), ("1794268800001", true), (#""1794268799999""#, false), (#""1794268800001""#, true),
      ("0", true), (#""0""#, true), ("1794268799", true), ("null", true), (#""""#, true), (#""Not Announced""#, true),
      (#""2026-11-09""#, true), (#""2026-02-30T00:00:00Z""#, true), (#""2026-11-09T24:00:00Z""#, true),
      (#""2026-11-09T00:00:00X""#, true), ("-5", true), ("1e3", true), ("[1]", true), ("{}", true), ("true", true),
    ]
  )
  func dates(date: String, isKept: Bool) throws {
    let texts = try Self.run([Self.asset(Self.day10, "null"), Self.asset(Self.day11, Self.list([22: date]))])
    #expect(Self.ports(texts[1]) == (isKept ? [22] : []))
  }

  @Test(
    "The version's own date comes in all forms; one that cannot be read keeps all",
    arguments: [
      ("1794268800000", []), (#""2026-11-10T00:00:00Z""#, []), ("0", [22]), ("null", [22]), (#""never""#, [22]),
    ] as [(String, [Int])]
  )
  func versions(version: String, kept: [Int]) throws {
    let ports = Self.list([22: #""2026-11-09T00:00:00Z""#])
    let texts = try Self.run([Self.asset(version, ports), Self.asset(Self.day11, ports)])
    #expect(Self.ports(texts[1]) == kept)
  }

  @Test(
    "What is no list of ports stays as it is; an empty one stays a list",
    arguments: [
      ("null", "null"), (#"{"openPort":null}"#, #"{"openPort":null}"#), ("{}", "{}"),
      (#"{"openPort":[]}"#, #"{"openPort":[]}"#),
      (
        #"{"openPort":[{"port":1,"lastUpdated":1},{"port":2,"lastUpdated":1700000000000}],"x":2}"#,
        #"{"openPort":[{"port":1,"lastUpdated":1}],"x":2}"#
      ),
      (#"{"openPort":[{"lastUpdated":1700000000000}]}"#, #"{"openPort":[]}"#),
      (#"{"openPort":{"lastUpdated":1700000000000}}"#, #"{"openPort":[]}"#),
      (#"{"openPort":[null,7,"x",[{"port":1}]]}"#, #"{"openPort":[null,7,"x",[{"port":1}]]}"#),
      (#""odd""#, #""odd""#), ("[1]", "[1]"), (#"{"openPort":"odd"}"#, #"{"openPort":"odd"}"#),
    ]
  )
  func shapes(ports: String, expected: String) throws {
    let texts = try Self.run([Self.asset(Self.day10, "null"), Self.asset(Self.day11, ports)])
    #expect(texts[1] == #""openPortListData":\#(expected)"#)
  }

  @Test("An asset without id or ports passes, and what is remembered of it stays")
  func passes() throws {
    let (old, state) = (Self.list([22: #""2026-11-09T00:00:00Z""#]), MemoryState())
    let without = #"{"lastModifiedDate":\#(Self.day10),"openPortListData":\#(old)}"#
    for _ in 0..<2 { #expect(Self.ports(try Self.texts([without], [:], state)[0]) == [22]) }
    #expect(state.entries(of: "diff-ports", after: nil, limit: 9).isEmpty)
    let bare = #"{"assetId":7,"lastModifiedDate":\#(Self.day12)}"#
    let texts = try Self.texts([Self.asset(Self.day10, old), bare, Self.asset(Self.day11, old)], [:], state)
    #expect(Self.ports(texts[0]) == [22] && Self.ports(texts[2]) == [])
  }

  // MARK: - Opened

  private static let opened: KeyValuePairs<String, OptionValue> = ["mode": .text("opened")]
  private static let closed: KeyValuePairs<String, OptionValue> = ["mode": .text("opened"), "closed": .boolean(true)]

  private static func plain(_ ports: String...) -> String {
    let ports = ports.map { port in
      let parts = port.split(separator: "/")
      return #"{"port":\#(parts[0]),"protocol":\#(parts.count > 1 ? "\"\(parts[1])\"" : "null"),"description":"d"}"#
    }
    return #"{"openPort":[\#(ports.joined(separator: ","))]}"#
  }

  @Test("Opened: what the version before did not have, by number and protocol; closed: what only it had")
  func openedAndClosed() throws {
    let versions = [
      Self.asset(Self.day10, Self.plain("22/TCP", "53/UDP", "70000/TCP", #""x"/SCTP"#)),
      Self.asset(Self.day11, Self.plain("53/TCP", "22/TCP")), Self.asset(Self.day11, Self.plain("53/TCP", "22/TCP")),
      Self.asset(Self.day12, "null"), Self.asset(Self.day12, "null"),
      Self.asset(Self.day10, Self.plain("22", "22/TCP")),
    ]
    let texts = try Self.run(versions, Self.closed)
    let gone = #"{"port":53,"protocol":"UDP"},{"port":70000,"protocol":"TCP"},{"port":"x","protocol":"SCTP"}"#
    let second =
      #""openPortListData":{"openPort":[{"port":53,"protocol":"TCP","description":"d"}]},"closedPortListData":{"closedPort":[\#(gone)]}"#
    let fourth =
      #""openPortListData":null,"closedPortListData":{"closedPort":[{"port":53,"protocol":"TCP"},{"port":22,"protocol":"TCP"}]}"#
    #expect(Self.ports(texts[0]).count == 3 && !texts[0].contains("closed"))
    #expect(texts[1] == second && texts[2] == second)
    #expect(texts[3] == fourth && texts[4] == fourth)
    #expect(Self.ports(texts[5]) == [22, 22] && !texts[5].contains("closed"))
    #expect(
      try Self.run(versions, Self.opened)[1]
        == #""openPortListData":{"openPort":[{"port":53,"protocol":"TCP","description":"d"}]}"#
    )
  }

  @Test("The mode can change between rounds: what was not kept counts as news")
  func modeChanges() throws {
    let state = MemoryState()
    let (old, more) = (Self.plain("22/TCP"), Self.plain("22/TCP", "80/TCP"))
    _ = try Self.texts([Self.asset(Self.day10, old)], [:], state)
    #expect(Self.ports(try Self.texts([Self.asset(Self.day11, more)], Self.opened, state)[0]) == [22, 80])
    #expect(Self.ports(try Self.texts([Self.asset(Self.day12, more)], Self.opened, state)[0]) == [])
  }

  @Test("Closed ports are known only in mode opened")
  func closedNeedsOpened() {
    #expect(throws: OptionError.self) { try DiffPorts(.of(DiffPorts.component, ["closed": .boolean(true)])) }
  }

  @Test("What is remembered of an asset is small, also with a hundred ports and with nonsense")
  func size() throws {
    let state = MemoryState()
    let many = #"{"openPort":[\#((1...200).map { #"{"port":\#($0),"protocol":"TCP"}"# }.joined(separator: ","))]}"#
    for day in [Self.day10, Self.day11] { _ = try Self.texts([Self.asset(day, many)], Self.opened, state) }
    let entries = state.entries(of: "diff-ports", after: nil, limit: 9)
    #expect(entries.count == 1 && entries[0].value.count < 700)
    let long = "\"" + String(repeating: "x", count: 100_000) + "\""
    _ = try Self.texts(
      [Self.asset(long, #"{"openPort":[{"port":\#(long)},{"port":1,"protocol":\#(long)}]}"#)],
      Self.opened,
      state
    )
    #expect(state.entries(of: "diff-ports", after: nil, limit: 9)[0].value.count < 1024)
  }
}
