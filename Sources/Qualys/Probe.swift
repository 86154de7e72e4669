internal import Foundation
internal import Streaming

/// Asks each API as little as tells whether it answers, how much there is, and how often it may be asked.
///
/// Every call is made once. Memory: 64 KiB of an answer.
package struct Probe: Sendable {
  /// What an API told.
  package struct Answer: Sendable, Equatable {
    /// Hosts or assets that the user sees; nil where none are counted.
    package var count: Int?
    package var limits: RateHeaders
  }

  private let transport: any Transport
  private let versions: [String: String]
  private let now: @Sendable () -> Int

  package init(
    _ transport: any Transport,
    versions: [String: String],
    now: @escaping @Sendable () -> Int = { Int(Date().timeIntervalSince1970) }
  ) {
    self.transport = transport
    self.versions = versions
    self.now = now
  }

  /// Counts the hosts that filters leave, by their ids alone, and asks for detections behind the last: an empty page.
  ///
  /// The limits are those of the detections.
  ///
  /// - Throws: `Refusal`, `BrokenConnection`, `Misconfiguration`.
  package func detections(_ filters: [APIRequest.Parameter]) async throws -> Answer {
    let (hosts, last) = try await list(filters)
    let detections = APIRequest(
      .detections,
      path: "/api/\(API.detections.version(in: versions))/fo/asset/host/vm/detection/",
      [
        .init("action", "list"), .init("truncation_limit", "1"), .init("show_results", "0"),
        .init("id_min", String(last == .max ? last : last + 1)),
      ]
    )
    return Answer(count: hosts.count, limits: try await ask(detections, root: "HOST_LIST_VM_DETECTION_OUTPUT"))
  }

  /// Counts the hosts that filters leave, by their ids alone; the limits are those of Host List.
  ///
  /// - Throws: `Refusal`, `BrokenConnection`, `Misconfiguration`.
  package func hosts(_ filters: [APIRequest.Parameter]) async throws -> Answer { try await list(filters).answer }

  private func list(_ filters: [APIRequest.Parameter]) async throws -> (answer: Answer, last: UInt64) {
    var (count, last, scanner, isDamaged) = (0, UInt64(0), HostListScanner(), false)
    let hosts = APIRequest(
      .hosts,
      path: "/api/\(API.hosts.version(in: versions))/fo/asset/host/",
      [.init("action", "list"), .init("details", "None"), .init("truncation_limit", "0")] + filters
    )
    let limits = try await ask(hosts, root: "HOST_LIST_OUTPUT") { chunk in
      scanner.scan(chunk) { ids in
        let (sum, overflow) = count.addingReportingOverflow(Int(clamping: ids.upperBound - ids.lowerBound))
        isDamaged = isDamaged || overflow || sum == .max
        if !isDamaged { count = sum + 1 }
        last = max(last, ids.upperBound)
      }
    }
    if isDamaged || scanner.isDamaged { throw BrokenConnection("\(hosts.path): the answer holds what is no id") }
    return (Answer(count: count, limits: limits), last)
  }

  /// Asks for one entry of the KnowledgeBase.
  ///
  /// - Throws: `Refusal`, `BrokenConnection`, `Misconfiguration`.
  package func knowledgeBase() async throws -> Answer {
    let request = APIRequest(
      .knowledgeBase,
      path: "/api/\(API.knowledgeBase.version(in: versions))/fo/knowledge_base/vuln/",
      [.init("action", "list"), .init("details", "Basic"), .init("ids", "6")]
    )
    return Answer(limits: try await ask(request, root: "KNOWLEDGE_BASE_VULN_LIST_OUTPUT"))
  }

  /// Signs in at the gateway, and asks how many assets there are.
  ///
  /// - Throws: `Refusal`, `BrokenConnection`, `Misconfiguration`.
  package func assets() async throws -> Answer {
    let request = APIRequest(.assets, path: "/rest/2.0/count/am/asset", [])
    var text: [UInt8] = []
    let limits = try await ask(request, root: "\"count\"") { text += $0 }
    let count = String(decoding: text, as: UTF8.self).firstMatch(of: /"count"\s*:\s*([0-9]{1,15})/)
    guard let count = count.flatMap({ Int($0.1) }) else {
      throw BrokenConnection("\(request.path): the answer holds no count")
    }
    return Answer(count: count, limits: limits)
  }

  /// Makes a call, and reads its answer to the end.
  ///
  /// - Parameter root: What an answer with the data holds: the name of its root element.
  private func ask(
    _ request: APIRequest,
    root: String,
    _ read: (_ chunk: [UInt8]) -> Void = { _ in }
  ) async throws -> RateHeaders {
    let response = try await transport.send(request)
    var (beginning, end): ([UInt8], [UInt8]) = ([], [])
    for try await chunk in response.body {
      if response.status == 200 { read(chunk) }
      if beginning.count < 64 * 1024 { beginning += chunk }
      end = Array((end + chunk.suffix(256)).suffix(256))
    }
    let holdsRoot = String(decoding: beginning, as: UTF8.self).contains(root)
    guard response.status == 200, holdsRoot else {
      throw Refusal(response, body: beginning, origin: request.path, now: now())
    }
    let isWhole = request.api.isOnGateway || String(decoding: end, as: UTF8.self).contains("</\(root)>")
    if !isWhole { throw BrokenConnection("\(request.path): the answer is not complete") }
    return RateHeaders(response)
  }
}
