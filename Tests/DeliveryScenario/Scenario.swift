internal import Blocks
internal import Pipelines
internal import Records
package import Sinks
internal import State
internal import Streaming
internal import SystemPackage
internal import TestSupport

/// A run of six pages into files and over HTTP, one of them abandoned in its midst and asked for again, with records that are
/// refused; it can be stopped anywhere and run again.
///
/// Each host has one line, and hosts are numbered through. A stage remembers the last host, and the source goes on behind
/// it: so a state that is ahead of its sinks loses hosts, and one that is behind them repeats some.
package struct Scenario: Sendable {
  /// A bug that is planted, to see that it is found.
  package enum Bug: String, Sendable {
    /// A sink says that it has a page before it does, so the state is ahead.
    case stateBeforeSink
    /// Names are not made durable.
    case noFolderSync
  }

  /// Hosts in each page; the third breaks off behind its fourth host.
  package static let pages = [9, 12, 11, 7, 1, 14, 8]
  private static let broken = (page: 2, standing: 4)
  package static let hosts = 9 + 12 + 4 + 7 + 1 + 14 + 8

  /// Where files go; the state is always on the real disk.
  package let folder: String
  package let disk: any Disk
  package let steps: Steps
  package let bug: Bug?

  package init(in folder: String, on disk: any Disk = LocalDisk(), _ steps: Steps = Steps(), bug: Bug? = nil) {
    self.folder = folder
    self.disk = disk
    self.steps = steps
    self.bug = bug
  }

  /// The host that the source goes on behind.
  @TaskLocal static var last = 0

  /// Runs once, as far as it comes.
  package func run() async throws {
    let text = """
      name: kills
      dead-letters: \(folder)/letters.jsonl
      source: scripted
      stages: [remember, refuse-some]
      outputs:
        - name: files
          sinks: [gzip-file: { path: "\(folder)/log-{n}.gz", roll: 2500, member: 4096, level: 1 }]
        - name: sent
          sinks: [http: { url: "https://127.0.0.1/", gzip: 0, records: 3 }]
      """
    let (plan, findings) = Plan.check(PlanRequest(text: text, file: "kills.yaml", registry: registry))
    guard let plan else { throw ContractViolation(findings.map(\.description).joined(separator: "\n")) }
    let run = Run(plan, state: "\(folder)/state", cores: 1, disk: stepped, onCommit: { _, _, _ in try steps.take {} })
    try await Self.whenFree {
      try await Self.$last.withValue(lastHost(of: plan.streams[0].name)) { _ = try await run.run() }
    }
  }

  /// Does something again as long as the state is in use: a process that another test has just forked holds our lock until
  /// it becomes the program that it is to be.
  static func whenFree(_ body: () async throws -> Void) async throws {
    for _ in 0..<1000 {
      do { return try await body() } catch {
        guard case .inUse? = (error as? StateError)?.code else { throw error }
        try await Task.sleep(for: .milliseconds(2))
      }
    }
    try await body()
  }

  /// What the state remembers.
  private func lastHost(of stream: String) throws -> Int {
    let state = try SQLiteState(in: FilePath("\(folder)/state"))
    let entry = try state.entries(of: "\(stream)/remember", after: nil, limit: 1).first
    return entry.flatMap { Int(String(decoding: $0.value, as: UTF8.self)) } ?? 0
  }

  private var stepped: SteppedDisk { SteppedDisk(disk, steps, makesNamesDurable: bug != .noFolderSync) }

  private var registry: Registry {
    var registry = Registry()
    registry.register(source: ScriptedPages.self)
    registry.register(remembering: Remember.self)
    registry.register(RefuseSome.self)
    registry.register(sink: GzipFile.component) { [stepped, bug] options, context in
      let file = GzipFile(GzipFile.Settings(options), disk: stepped, cores: 1)
      return bug == .stateBeforeSink ? Hasty(file) : file
    }
    registry.register(sink: HTTPSink.component) { [disk, steps, folder] options, context in
      HTTPSink(
        try HTTPSink.Settings(options),
        scope: "kills",
        sending: Receiver(disk: disk, path: FilePath("\(folder)/sent.txt"), steps: steps)
      ) { try context.reject($0, "http", $1, $2) }
    }
    return registry
  }

  // MARK: Pages

  /// The pages from a host on, as batches.
  static func batches(after last: Int) throws -> [Batch<Line>] {
    var batches: [Batch<Line>] = []
    var first = 1
    for (number, count) in pages.enumerated() {
      let page = Page(number: number, origin: "scripted")
      let isBroken = number == broken.page
      let standing = isBroken ? broken.standing : count
      defer { first += standing }
      if first + standing <= last + 1 { continue }
      var report = Page.Report()
      report.serverTime = "2026-11-22T00:0\(number):00Z"
      if isBroken { report.failure = Steps.Ended() }
      page.conclude(report)
      for start in stride(from: 0, to: count, by: 4) {
        let end = min(start + 4, count)
        let lines = try (start..<end).map { try line(host: first + $0, mark: UInt32($0)) }
        let isEnd = end == count
        let position = Position(
          marks: isEnd && isBroken ? standing : end,
          ending: isEnd ? (isBroken ? .abandoned : .complete) : .none
        )
        batches.append(Batch(ContiguousArray(lines), of: page, at: position))
      }
    }
    return batches
  }

  private static func line(host: Int, mark: UInt32) throws -> Line {
    let text = Array(Self.text(ofHost: host).utf8)
    let file = try SpilledBytes()
    try unsafe (text + [UInt8(ascii: "\n")]).withUnsafeBytes { try unsafe file.append($0) }
    return Line(0..<text.count, of: file, fields: nil, format: nil, mark: mark)
  }

  /// A host's line: its number, and what does not compress to nothing.
  package static func text(ofHost host: Int) -> String { texts[host] }

  private static let texts = (0...hosts + pages[broken.page]).map(makeText)

  private static func makeText(host: Int) -> String {
    var state = UInt64(host)
    var noise = ""
    while noise.utf8.count < 200 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      noise += String(state >> 16, radix: 36)
    }
    return "{\"host\":\(host),\"noise\":\"\(noise)\"}"
  }

  /// The number of the page that a host stands in.
  package static func page(ofHost host: Int) -> Int {
    var last = 0
    return pages.indices.first { number in
      last += number == broken.page ? broken.standing : pages[number]
      return host <= last
    } ?? pages.count
  }

  /// Whether the host's record is refused.
  package static func isRefused(_ host: Int) -> Bool { host % 5 == 3 }
}
