import Foundation
import Health
import Pipelines
import Qualys
import Records
import Service
import State
import Streaming
import Synchronization
import TestSupport

/// A Qualys in memory whose hosts come by and by, and a service that asks it, in virtual time.
final class ServedQualys: Sendable {
  /// What a call gets instead of its answer.
  typealias Script = @Sendable (_ qualys: ServedQualys, _ call: Int, _ request: APIRequest) throws -> APIResponse?

  struct State: Sendable {
    var calls: [(time: Int, request: APIRequest)] = []
    var lines: [String] = []
    var events: [HealthEvent] = []
    var password = "right"
    var freeSpace: Int?
    var text = ServedQualys.file()
    /// What a second sink has, and whether it takes anything.
    var remoteLines: [String] = []
    var isRemoteDown = false
    /// Streams whose sink takes nothing.
    var blocked: Set<String> = []
  }

  let clock = VirtualClock()
  let folder: TemporaryFolder
  private let state = Mutex(State())
  private let script: Script
  /// A host comes every so often.
  static let hostInterval = 1_800

  /// How long each host's RESULTS are.
  private let resultsBytes: Int

  init(resultsBytes: Int = 0, _ script: @escaping Script = { _, _, _ in nil }) throws {
    folder = try TemporaryFolder()
    self.resultsBytes = resultsBytes
    self.script = script
  }

  var now: State { state.withLock { $0 } }
  func change(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }

  static func file(every: String = "1h", sinks: String = "kept", more: String = "") -> String {
    """
    name: served
    qualys: { platform: US2, username: "${USERNAME}", password: "${PASSWORD}" }
    streams:
      detections:
        every: \(every)
        start: all
        source: detections
        stages: [decode-detections, split-detections, encode-json]
        sinks: [\(sinks)]
    \(more)
    """
  }

  /// The ids of the hosts that were delivered, each once, in ascending order.
  var delivered: Set<Int> {
    Set(now.lines.compactMap { line in line.firstMatch(of: /"Id":"([0-9]+)"/).flatMap { Int($0.1) } })
  }

  /// The ids of the assets that were delivered.
  var deliveredAssets: Set<Int> {
    Set(now.lines.compactMap { line in line.firstMatch(of: /"assetId":"?([0-9]+)/).flatMap { Int($0.1) } })
  }

  /// The hosts that there are at a time: one at the beginning, and one more each half hour.
  static func hosts(at date: Int) -> Set<Int> { Set(1...(1 + (date - VirtualClock.start) / hostInterval)) }

  func service() throws -> PipelineService {
    var settings = PipelineService.Settings { [folder] _ in
      folder.path("state")
    } connect: { [self] _, _, wrap in
      LiveConnection(wrap(Network(qualys: self)))
    }
    settings.pace = clock.pace
    settings.freeSpace = { [self] _ in now.freeSpace }
    settings.lookInterval = .seconds(600)
    settings.events = { [self] _ in Events(qualys: self) }
    let source = PipelineSource(file: "served.yaml") { [self] () throws(RefusedPipeline) in
      let (text, password) = state.withLock { ($0.text, $0.password) }
      var request = PlanRequest(text: text, file: "served.yaml", registry: registry)
      request.secrets = SecretSource(environment: { $0 == "PASSWORD" ? password : "name" }, file: { _ in nil })
      request.requiresSecrets = true
      let (plan, findings) = Plan.check(request)
      let digest = Array((text + password).utf8)
      guard let plan else {
        throw RefusedPipeline(digest: digest, findings.map(\.description).joined(separator: "\n"))
      }
      return PipelineSource.Loaded(plan: plan, digest: digest)
    }
    return try PipelineService(source, settings)
  }

  // MARK: - Answers

  fileprivate func answer(_ request: APIRequest) throws -> APIResponse {
    clock.note()
    let date = clock.date
    let (call, password) = state.withLock { state in
      state.calls.append((date, request))
      return (state.calls.count, state.password)
    }
    if let answer = try script(self, call, request) { return answer }
    if password != "right" { return APIResponse(status: 401, headers: [], body: Bytes(bytes: [])) }
    if request.api == .assets { return assets(request, at: date) }
    let since = request.value(of: "vm_processed_after").flatMap(ServerTime.seconds) ?? 0
    let first = request.value(of: "id_min").flatMap { Int($0) } ?? 1
    let hosts = Self.hosts(at: date, since: since).filter { $0 >= first }
    let results = resultsBytes == 0 ? "" : "<RESULTS>\(String(repeating: "x", count: resultsBytes))</RESULTS>"
    var page = SmallPage(hosts.prefix(20).map { SmallPage.Host(id: $0, detections: ["<QID>\($0)</QID>\(results)"]) })
    if hosts.count > 20 { page.afterHosts = SmallPage.warning(nextID: UInt64(hosts[20])) }
    let text = page.text.replacing(SmallPage.serverTime, with: ServerTime.text(date))
    return APIResponse(status: 200, headers: [], body: Bytes(bytes: Array(text.utf8)))
  }

  /// Each host is an asset, too.
  private func assets(_ request: APIRequest, at date: Int) -> APIResponse {
    let since = request.value(of: "assetLastUpdated").flatMap(ServerTime.seconds) ?? 0
    let last = request.value(of: "lastSeenAssetId").flatMap { Int($0) } ?? 0
    let assets = Self.hosts(at: date, since: since).filter { $0 > last }
    let page = assets.prefix(20)
    let more = assets.count > 20 ? #""hasMore":1,"lastSeenAssetId":\#(page.last ?? 0)"# : #""hasMore":0"#
    let list = page.map { #"{"assetId":\#($0)}"# }.joined(separator: ",")
    let text = #"{"responseCode":"SUCCESS","count":\#(page.count),\#(more),"assetListData":{"asset":[\#(list)]}}"#
    let headers = [(name: "Date", value: Self.httpDate(date))]
    return APIResponse(status: 200, headers: headers, body: Bytes(bytes: Array(text.utf8)))
  }

  private static func httpDate(_ date: Int) -> String {
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.timeZone = TimeZone(identifier: "GMT")
    format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    return format.string(from: Date(timeIntervalSince1970: Double(date)))
  }

  /// The ids of the hosts that came in a time, in ascending order.
  private static func hosts(at date: Int, since: Int) -> [Int] {
    hosts(at: date).filter { VirtualClock.start + ($0 - 1) * hostInterval >= since }.sorted()
  }

  static func refusal(_ status: Int, _ headers: [(String, String)] = []) -> APIResponse {
    APIResponse(status: status, headers: headers.map { (name: $0.0, value: $0.1) }, body: Bytes(bytes: []))
  }

  private struct Network: Transport {
    let qualys: ServedQualys
    func send(_ request: APIRequest) async throws -> APIResponse { try qualys.answer(request) }
    func wait(for duration: Duration, because reason: String) async throws {
      try await qualys.clock.pace.sleep(duration)
    }
  }

  struct Bytes: AsyncSequence, Sendable {
    let bytes: [UInt8]
    struct Iterator: AsyncIteratorProtocol {
      var bytes: [UInt8]?
      mutating func next() async throws -> [UInt8]? {
        defer { bytes = nil }
        return bytes.flatMap { $0.isEmpty ? nil : $0 }
      }
    }
    func makeAsyncIterator() -> Iterator { Iterator(bytes: bytes) }
  }

  private struct Events: EventRecorder {
    let qualys: ServedQualys
    func record(_ event: HealthEvent) { qualys.change { $0.events.append(event) } }
  }

  // MARK: - The sink

  private struct DiskFull: Error {}

  private var registry: Registry {
    var registry = Registry.standard
    registry.register(sink: KeptLines.component) { [self] _, context in
      KeptLines {
        self.clock.note()
        if self.now.blocked.contains(context.stream) { throw DiskFull() }
      } onLines: { lines in
        self.change { $0.lines += lines }
      }
    }
    let remote = Component("remote", summary: "Keeps lines while it is not down.", example: "- remote")
    registry.register(sink: remote) { [self] _, _ in
      KeptLines {
        self.clock.note()
        if self.now.isRemoteDown { throw BrokenConnection("the sink is down") }
      } onLines: { lines in
        self.change { $0.remoteLines += lines }
      }
    }
    return registry
  }
}
