import Foundation
import NIOHTTP1
import Simulator
import TestSupport
import Testing

/// Faults that a seed draws.
@Suite struct SeededFaultTests {
  /// What a seed does to an API's calls.
  private func faults(_ seeded: SeededFaults, calls: Int) async throws -> [Fault?] {
    var faults: [Fault?] = []
    try await withServer {
      $0.seededFaults = seeded
      $0.detections.hosts = 1
      $0.rateLimit = 10_000
      // Another API's calls change nothing.
      $0.faults = try FaultScript("knowledge-base *: status 503")
    } _: { server, client in
      for call in 1...calls {
        _ = await client.detections([("truncation_limit", "1")])
        if call.isMultiple(of: 3) { _ = await client.knowledgeBase([("ids", "1")]) }
      }
      faults = server.calls.filter { $0.api == .detections }.map(\.fault)
    }
    return faults
  }

  @Test("The same seed gives the same faults, another one others, as often as they should be")
  func seeds() async throws {
    let once = try await faults(SeededFaults(seed: 7, percent: 30), calls: 60)
    let again = try await faults(SeededFaults(seed: 7, percent: 30), calls: 60)
    #expect(once == again)
    #expect((8...30).contains(once.count { $0 != nil }))
    #expect(try await faults(SeededFaults(seed: 8, percent: 30), calls: 60) != once)
    #expect(try await faults(SeededFaults(seed: 7, percent: 0), calls: 10) == [Fault?](repeating: nil, count: 10))
  }

  @Test("Never more than some calls in a row go wrong, and none after the last")
  func convergence() async throws {
    var seeded = SeededFaults(seed: 3, percent: 100)
    seeded.mostInARow = 2
    seeded.lastCall = 7
    let isFaulty = try await faults(seeded, calls: 10).map { $0 != nil }
    #expect(isFaulty == [true, true, false, true, true, false, true, false, false, false])
  }

  @Test("Whoever goes on asking gets the right answer from every API", arguments: [UInt64(1), 2, 3])
  func survivable(seed: UInt64) async throws {
    var right: [String] = []
    let ask = { (client: ServerClient) async -> [String] in
      var answers: [String] = []
      var token = ""
      for api in SimulatedAPI.allCases {
        var answer = ServerClient.Answer()
        // What is whole shows in its last bytes.
        repeat {
          switch api {
          case .detections: answer = await client.detections()
          case .knowledgeBase: answer = await client.knowledgeBase([("ids", "10000-11000")])
          case .hosts: answer = await client.call(api.path, [("action", "list"), ("details", "None")])
          case .signIn: answer = await client.signIn()
          case .assets, .count:
            if answer.status == 401 || token.isEmpty { token = "" }
            while token.isEmpty {
              let signIn = await client.signIn()
              if signIn.status == 201 { token = signIn.text }
            }
            answer = await client.call(api.path, method: .POST, proof: .bearer(token))
          }
        } while answer.failure != nil || !(200...201).contains(answer.status) || !Self.isWhole(answer.text, of: api)
        answers.append(api == .signIn ? "" : answer.text)
      }
      return answers
    }
    try await withServer { right = await ask($1) }
    try await withServer {
      $0.seededFaults = SeededFaults(seed: seed, percent: 60)
    } _: { server, client in
      let answers = await ask(client)
      // A host may come twice, and nothing else differs.
      let isRight = answers[1...] == right[1...]
      #expect(isRight)
      #expect(server.calls.contains { $0.fault != nil })
    }
  }

  private static func isWhole(_ text: String, of api: SimulatedAPI) -> Bool {
    switch api {
    case .detections, .hosts, .knowledgeBase: text.contains("</RESPONSE>") && text.contains("_OUTPUT>\n")
    case .assets: text.contains(#""hasMore":"#) && text.hasSuffix("}")
    case .count: text.contains("SUCCESS")
    case .signIn: !text.isEmpty
    }
  }
}
