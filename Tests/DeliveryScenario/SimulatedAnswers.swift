internal import Foundation
internal import Qualys
internal import Simulator
internal import Sinks
internal import SystemPackage

/// A Qualys in memory on one of its days: the simulator's bytes, and a note of each call: `DAY API SINCE FROM`; a call for
/// a host that was left out is one of an API `left-out`, from its id.
struct SimulatedAnswers: Transport {
  static let hostsInPage = 3
  static let hosts = 16
  private static let assets = 7

  private let day: Int
  private let log: String
  /// Whether answers do not say when they were given.
  private let isTimeless: Bool
  private let server: SimulatedServer
  /// Where the third page begins, which breaks off in the midst of its second host.
  private let brokenPage: String

  /// The ids of the hosts that answers break off in on the first day.
  static let badHosts = [10, 13].map { DetectionsSimulation(options(day: 1).detections).hostID(at: $0) }

  init(day: Int, log: String, isTimeless: Bool = false) {
    self.day = day
    self.log = log
    self.isTimeless = isTimeless
    let options = Self.options(day: day)
    server = SimulatedServer(options)
    brokenPage = "\(DetectionsSimulation(options.detections).hostID(at: 2 * Self.hostsInPage))"
  }

  private static func options(day: Int) -> SimulatedServer.Options {
    var options = SimulatedServer.Options()
    options.detections.hosts = hosts
    options.detections.detectionsPerHost = 2
    options.detections.round = day
    options.assets.assets = assets
    options.assets.softwarePerAsset = 3
    return options
  }

  /// A time of the day, seconds since 1970.
  static func noon(ofDay day: Int) -> Int { 1_795_435_200 + day * 86_400 }

  func wait(for duration: Duration, because reason: String) async throws { await Task.yield() }

  func send(_ request: APIRequest) async throws -> APIResponse {
    let since = ["vm_processed_after", "last_modified_after", "assetLastUpdated"].lazy.compactMap {
      request.value(of: $0)
    }.first
    let leftOut = request.api == .detections ? request.value(of: "ids") : nil
    let from = leftOut ?? request.value(of: "id_min") ?? request.value(of: "lastSeenAssetId") ?? "0"
    try note("\(day) \(leftOut == nil ? request.api.rawValue : "left-out") \(since ?? "everything") \(from)\n")
    guard let api = SimulatedAPI(rawValue: request.api.rawValue) else { throw BrokenConnection("no such API") }
    let answer = try server.answer(api, request.parameters.map { NamedValue($0.name, $0.value) })
    var body = isTimeless ? Self.withoutTime(answer.body)[...] : answer.body[...]
    var failure: BrokenConnection?
    if let end = brokenEnd(of: answer.body, to: request) {
      body = body[..<min(end, body.count)]
      failure = BrokenConnection("reset")
    }
    return APIResponse(
      status: answer.status,
      headers: answer.headers.filter { !isTimeless || $0.name != "Date" }.map { ($0.name, $0.value) },
      body: Self.chunks(of: Array(body), failure)
    )
  }

  private func note(_ line: String) throws {
    let file = try LocalDisk().append(to: FilePath(log))
    try unsafe Array(line.utf8).withUnsafeBytes { try unsafe file.write($0) }
    try file.close()
  }

  /// Where an answer breaks off, behind the beginning of a host; nil when it does not.
  private func brokenEnd(of body: [UInt8], to request: APIRequest) -> Int? {
    if request.api != .detections { return nil }
    let text = Data(body)
    let bad = day == 1 ? Self.badHosts.compactMap { text.range(of: Data("<ID>\($0)</ID>".utf8)) } : []
    if let host = bad.map(\.upperBound).min() { return host + 700 }
    if request.value(of: "id_min") != brokenPage { return nil }
    let mark = Data("<HOST>".utf8)
    guard let first = text.range(of: mark),
      let second = text.range(of: mark, in: first.upperBound..<text.count)
    else { return nil }
    return second.upperBound + 700
  }

  private static func withoutTime(_ body: [UInt8]) -> [UInt8] {
    Array(String(decoding: body, as: UTF8.self).replacing(/<DATETIME>[^<]*<\/DATETIME>/, with: "").utf8)
  }

  private static func chunks(
    of body: [UInt8],
    _ failure: BrokenConnection?
  ) -> AsyncThrowingStream<[UInt8], any Error> {
    AsyncThrowingStream { continuation in
      for start in stride(from: 0, to: body.count, by: 4096) {
        continuation.yield(Array(body[start..<min(start + 4096, body.count)]))
      }
      continuation.finish(throwing: failure)
    }
  }
}
