import Gzip
import Qualys
import Simulator
import Synchronization

/// Hosts of the simulator behind header fields that allow several calls at once, without a network.
final class SimulatedTransport: Transport {
  /// What happens to an answer: cut at a byte, or replaced.
  typealias Spoil = @Sendable (_ call: Int, _ request: APIRequest) -> Int?

  private struct Log {
    var requests: [APIRequest] = []
    var running = 0
    var mostRunning = 0
  }

  private let simulation: DetectionsSimulation
  let ids: [Int]
  private let concurrency: Int
  private let isCompressed: Bool
  private let cut: Spoil
  private let log = Mutex(Log())

  /// Serves `hosts` hosts; `cut` says after how many bytes an answer breaks off.
  init(hosts: Int, concurrency: Int, isCompressed: Bool = false, cut: @escaping Spoil = { _, _ in nil }) throws {
    var options = DetectionsSimulation.Options()
    options.hosts = hosts
    simulation = DetectionsSimulation(options)
    self.concurrency = concurrency
    self.isCompressed = isCompressed
    self.cut = cut
    var query = DetectionsSimulation.Query()
    query.limit = 0
    query.showsResults = false
    ids = try Self.text(simulation, query).split(separator: "<HOST>").dropFirst().compactMap { host in
      host.firstRange(of: "<ID>").flatMap { Int(host[$0.upperBound...].prefix { $0.isNumber }) }
    }
  }

  var requests: [APIRequest] { log.withLock { $0.requests } }
  /// The most calls whose answers were on their way at once.
  var mostRunning: Int { log.withLock { $0.mostRunning } }

  func wait(for duration: Duration, because reason: String) async throws {}

  func send(_ request: APIRequest) async throws -> APIResponse {
    let call = log.withLock { log in
      log.requests.append(request)
      log.running += 1
      log.mostRunning = max(log.mostRunning, log.running)
      return log.requests.count - 1
    }
    // Others get their turn while this call runs.
    for _ in 0..<50 { await Task.yield() }
    log.withLock { $0.running -= 1 }
    let number = { (name: String, usual: Int) in request.value(of: name).flatMap { Int($0) } ?? usual }
    var bytes: [UInt8]
    if request.api == .hosts {
      bytes = Array(hostList(from: number("id_min", 0), limit: number("truncation_limit", 1000)).utf8)
    } else {
      var query = DetectionsSimulation.Query()
      query.limit = number("truncation_limit", 1000)
      query.minimumID = number("id_min", 0)
      query.maximumID = number("id_max", .max)
      bytes = Array(try Self.text(simulation, query).utf8)
    }
    var headers = [("X-Concurrency-Limit-Limit", "\(concurrency)")]
    if isCompressed {
      headers.append(("Content-Encoding", "gzip"))
      let compressor = try GzipCompressor(level: 6)
      var output: [UInt8] = []
      unsafe bytes.withUnsafeBytes { unsafe compressor.compress($0, into: &output) }
      compressor.finishMember(into: &output)
      bytes = output
    }
    let end = cut(call, request)
    let body = bytes[..<min(end ?? bytes.count, bytes.count)]
    return .test(
      200,
      headers,
      CountedBody(
        chunks: stride(from: 0, to: body.count, by: 16_000).map { Array(body[$0..<min($0 + 16_000, body.count)]) },
        failure: end.map { _ in BrokenConnection("reset") }
      )
    )
  }

  private static func text(_ simulation: DetectionsSimulation, _ query: DetectionsSimulation.Query) throws -> String {
    var bytes: [UInt8] = []
    _ = try simulation.writeAnswer(to: query) { (chunk: [UInt8]) throws -> Void in bytes += chunk }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func hostList(from first: Int, limit: Int) -> String {
    let all = ids.filter { $0 >= first }
    let list = all.prefix(limit).map { "<ID>\($0)</ID>" }.joined(separator: "\n")
    let warning = all.dropFirst(limit).first.map { id in
      "<WARNING><CODE>1980</CODE><TEXT>t</TEXT><URL><![CDATA[https://q/?action=list&id_min=\(id)]]></URL></WARNING>"
    }
    return """
      <?xml version="1.0" encoding="UTF-8" ?>
      <!DOCTYPE HOST_LIST_OUTPUT SYSTEM "https://q/output.dtd">
      <!-- <ID>1</ID> -->
      <HOST_LIST_OUTPUT><RESPONSE><DATETIME>2026-01-01T00:00:00Z</DATETIME><ID_SET>\(list)</ID_SET>\(warning ?? "")\
      </RESPONSE></HOST_LIST_OUTPUT>
      """
  }
}
