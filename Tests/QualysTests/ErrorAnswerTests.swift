import Foundation
import Qualys
import Records
import Stages
import Streaming
import TestSupport
import Testing

/// What becomes of each error answer in `Fixtures/errors` when it comes first, and what was asked for comes next.
@Suite struct ErrorAnswerTests {
  private static let folder = Python.testsFolder.appending(path: "../Fixtures/errors").standardizedFileURL

  static let names: [String] = {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return all.filter { $0.hasSuffix(".exchange.json") }.map { String($0.dropLast(".exchange.json".count)) }.sorted()
  }()

  private enum Outcome: Equatable {
    /// Asked again, and the answer came.
    case recovered
    /// There was nothing, and that was no error.
    case nothing
    /// A person must see to it.
    case refused
  }

  private static let refused = [
    "errors-400-", "errors-401-", "errors-409-2003", "errors-414", "errors-200-2001", "errors-gateway-400",
    "errors-gateway-401",
  ]
  private static let nothing = ["errors-200-no-hosts", "errors-gateway-204"]

  private static func expected(_ name: String) -> Outcome {
    if refused.contains(where: name.hasPrefix) { return .refused }
    return nothing.contains(name) ? .nothing : .recovered
  }

  @Test("an error is never taken for no data, and never for an end when it passes", arguments: names)
  func outcome(name: String) async throws {
    let description = try Data(contentsOf: Self.folder.appending(path: "\(name).exchange.json"))
    let exchange = try JSONDecoder().decode(Capture.Exchange.self, from: description)
    let body = try exchange.body.map { try Data(contentsOf: Self.folder.appending(path: $0)) } ?? Data()
    let transport = ScriptedTransport { call, request in
      if call > 0 {
        return request.api == .assets
          ? .init(#"{"responseCode":"SUCCESS","hasMore":0,"assetListData":{"asset":[{"assetId":7}]}}"#)
          : .init(SmallPage([SmallPage.Host(id: 1, detections: ["<QID>1</QID>"])]).text)
      }
      var answer = ScriptedTransport.Answer("", status: exchange.response.status)
      answer.body = Array(body)
      answer.headers = exchange.response.headers.map { ($0.name, $0.value) }
      answer.cut = exchange.failure == nil ? nil : body.count
      return answer
    }
    var outcome = Outcome.nothing
    do {
      let context = CallContext.forTests(transport)
      if exchange.api == .assets {
        let pages = PagedBatches(AssetsPager(parameters: [], since: nil), context)
        for try await batch in pages.through(DecodeAssets()) where !batch.records.isEmpty { outcome = .recovered }
      } else {
        let pages = PagedBatches(DetectionsPager(path: "/p", parameters: [], since: nil), context)
        for try await batch in pages.through(DecodeDetections()) where !batch.records.isEmpty { outcome = .recovered }
      }
    } catch let refusal as Refusal {
      outcome = .refused
      #expect(!refusal.description.isEmpty)
    }
    #expect(outcome == Self.expected(name))
  }

  @Test("there are answers of every kind") func corpus() { #expect(Self.names.count >= 25) }
}
