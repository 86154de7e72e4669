import Foundation
import NIOHTTP1
import Simulator
import Testing

/// The asset inventory behind the gateway.
@Suite struct GatewayTests {
  private func ids(_ answer: ServerClient.Answer) throws -> [Int] {
    let page = try #require(answer.json)
    let assets = (page["assetListData"] as? NSDictionary)?["asset"] as? [NSDictionary]
    return try #require(assets).compactMap { $0["assetId"] as? Int }
  }

  @Test("Signing in gives a token of four hours, as text")
  func signingIn() async throws {
    try await withServer { server, client in
      let answer = await client.signIn()
      #expect(answer.status == 201 && answer.headers["Content-Type"].first?.hasPrefix("text/plain") == true)
      let parts = answer.text.split(separator: ".", omittingEmptySubsequences: false)
      #expect(parts.count == 3)
      let claims = String(parts[1]).replacing("-", with: "+").replacing("_", with: "/")
      let padded = claims + String(repeating: "=", count: (4 - claims.count % 4) % 4)
      let data = try #require(Data(base64Encoded: padded))
      let members = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
      let (issued, expiry) = (try #require(members["iat"] as? Int), try #require(members["exp"] as? Int))
      #expect(expiry - issued == 4 * 3_600)

      let refused = await client.signIn("wrong")
      #expect(refused.status == 401)
      #expect(refused.text.hasPrefix(#"{"authentication_exceptions":[["Authentication Failure"#))
      #expect(server.calls.map(\.api) == [.signIn, .signIn])
      #expect(server.calls.allSatisfy { $0.parameters.isEmpty })
    }
  }

  @Test("Assets need a token that lasts")
  func tokens() async throws {
    try await withServer { _, client in
      let token = await client.signIn().text
      #expect(await client.assets(token: token).status == 200)
      for answer in [
        await client.assets(token: "a.b.c"),
        await client.call("/rest/2.0/search/am/asset", method: .POST),
        await client.call("/rest/2.0/count/am/asset", method: .POST, proof: .none),
      ] {
        #expect(answer.status == 401)
        #expect(answer.json?["message"] as? String == "Not authenticated")
      }
    }
    try await withServer {
      $0.tokenLifetime = 0
    } _: { _, client in
      let answer = await client.assets(token: await client.signIn().text)
      #expect(answer.status == 401)
      #expect(answer.json?["message"] as? String == "JWT expired")
    }
  }

  @Test("Pages go on after the last seen asset, and say whether more follows")
  func paging() async throws {
    try await withServer { server, client in
      let token = await client.signIn().text
      var (last, seen, more): (Int, [Int], [Int]) = (0, [], [])
      repeat {
        let page = await client.assets([("lastSeenAssetId", "\(last)"), ("pageSize", "3")], token: token)
        #expect(page.status == 200 && page.headers["Content-Type"] == ["application/json"])
        #expect(page.headers["X-RateLimit-Remaining"] == ["\(299 - more.count)"])
        #expect(!page.headers.contains(name: "X-Concurrency-Limit-Limit"))
        seen += try ids(page)
        more.append(try #require(page.json?["hasMore"] as? Int))
        last = try #require(page.json?["lastSeenAssetId"] as? Int)
      } while more.last == 1 && more.count < 9
      #expect(more == [1, 1, 0])
      #expect(seen.count == 8 && seen == seen.sorted() && Set(seen).count == 8)
      let nothing = await client.assets([("lastSeenAssetId", "\(last)")], token: token)
      #expect(nothing.status == 204 && nothing.body.isEmpty)
      #expect(server.calls.last?.parameters == [NamedValue("lastSeenAssetId", "\(last)")])
    }
  }

  @Test("Assets can be asked for by when they changed, and counted")
  func updated() async throws {
    try await withServer { server, client in
      let token = await client.signIn().text
      let count = { (parameters: [(String, String)]) in
        await client.call("/rest/2.0/count/am/asset", parameters, method: .POST, proof: .bearer(token)).json?[
          "count"
        ] as? Int
      }
      #expect(await count([]) == 8)
      let all = try #require(await client.assets(token: token).json)
      let assets = try #require((all["assetListData"] as? NSDictionary)?["asset"] as? [NSDictionary])
      let dates = assets.compactMap { $0["lastModifiedDate"] as? String }.sorted()
      let since = dates[5].replacing(".000Z", with: "Z")
      #expect(try ids(await client.assets([("assetLastUpdated", since)], token: token)).count == 3)
      #expect(await count([("assetLastUpdated", since)]) == 3)
      #expect(await client.assets([("assetLastUpdated", "2026-11-22T11:30Z")], token: token).status == 204)
      server.round = 4
      let later = await client.assets([("assetLastUpdated", "2026-11-22T11:30Z")], token: token)
      #expect(try (1...10).contains(ids(later).count))
      #expect(await count([]) == 11)
    }
  }

  @Test(
    "A wrong question is refused",
    arguments: [
      ("pageSize", "301"), ("pageSize", "0"), ("pageSize", "x"), ("lastSeenAssetId", "-1"), ("assetLastUpdated", "now"),
    ]
  )
  func refusals(name: String, value: String) async throws {
    try await withServer { _, client in
      let answer = await client.assets([(name, value)], token: await client.signIn().text)
      #expect(answer.status == 400)
      #expect(answer.json?["responseCode"] as? String == "FAILED")
    }
  }

  @Test("Too many calls are refused with 429, and say when to come back")
  func rate() async throws {
    try await withServer {
      $0.rateLimit = 2
    } _: { _, client in
      let token = await client.signIn().text
      #expect(await client.assets(token: token).status == 200)
      #expect(await client.assets(token: token).status == 200)
      let refused = await client.assets(token: token)
      #expect(refused.status == 429 && refused.headers["X-RateLimit-Remaining"] == ["0"])
      let wait = try #require(refused.headers["Retry-After"].first.flatMap { Int($0) })
      #expect((3_500...3_600).contains(wait))
      #expect(!refused.headers.contains(name: "X-RateLimit-ToWait-Sec"))
    }
  }
}
