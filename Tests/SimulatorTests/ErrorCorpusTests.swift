import Foundation
import Simulator
import TestSupport
import Testing

/// The written error answers are of the kinds that Qualys gives, and those in `Fixtures/errors`.
@Suite struct ErrorCorpusTests {
  @Test("Each kind has its status, its code and its header fields")
  func kinds() throws {
    let folder = try TemporaryFolder()
    #expect(try ErrorCorpus.write(to: folder.url.path) == 30)
    let exchange = { (name: String) in
      try JSONDecoder().decode(CapturedExchange.self, from: Data(folder.bytes(of: "errors-\(name).exchange.json")))
    }
    let fields = { (name: String) in Set(try exchange(name).response.headers.map(\.name)) }
    for name in try folder.names where name.hasSuffix(".exchange.json") {
      let name = String(name.dropFirst("errors-".count).dropLast(".exchange.json".count))
      let written = try exchange(name)
      let words = name.split(separator: "-")
      let status = try #require(words.compactMap { Int($0) }.first ?? (name.hasSuffix("has-more") ? 200 : nil))
      #expect(written.response.status == status, "\(name)")
      #expect((written.body == nil) == (status == 204))
      guard let file = written.body else { continue }
      let body = try folder.bytes(of: file)
      if file.hasSuffix(".json") { _ = try JSONSerialization.jsonObject(with: Data(body)) }
      if words.count == 2, words[0] != "gateway", let code = Int(words[1]), code != 999 {
        #expect(Answer(bytes: body).contents(of: "CODE") == ["\(code)"], "\(name)")
        #expect(TagBalance(of: Answer(bytes: body).text).complaint == nil, "\(name)")
      }
    }
    #expect(try fields("409-1965").isSuperset(of: ["X-RateLimit-ToWait-Sec", "X-RateLimit-Remaining"]))
    #expect(try fields("409-1960").isDisjoint(with: ["X-RateLimit-ToWait-Sec", "X-RateLimit-Remaining"]))
    #expect(try fields("gateway-429").contains("Retry-After"))
    #expect(try exchange("200-reset").failure == "connection reset")
    #expect(try folder.bytes(of: "errors-200-empty.xml").isEmpty)
  }

  @Test("The fixtures are what is written")
  func fixtures() throws {
    let folder = try TemporaryFolder()
    _ = try ErrorCorpus.write(to: folder.url.path)
    let kept = Python.testsFolder.appending(path: "../Fixtures/errors").standardizedFileURL
    #expect(try FileManager.default.contentsOfDirectory(atPath: kept.path).sorted() == folder.names)
    for name in try folder.names {
      #expect(try Array(Data(contentsOf: kept.appending(path: name))) == folder.bytes(of: name), "\(name)")
    }
  }
}
