import Foundation
import Simulator
import TestSupport
import Testing

@Suite("Simulated captures")
struct CaptureSimulationTests {
  /// Three rounds of a few hosts and assets, written once for all tests that only read them.
  private static let written = Result { try Self.write(seed: 7) }

  private static func write(seed: UInt64, rounds: Int = 3) throws -> TemporaryFolder {
    var options = CaptureSimulation.Options()
    options.rounds = rounds
    options.detections.hosts = 12
    options.detections.hostsPerPage = 5
    options.detections.seed = seed
    options.assets.assets = 8
    options.assets.assetsPerPage = 5
    options.assets.softwarePerAsset = 2
    options.assets.seed = seed
    let folder = try TemporaryFolder()
    _ = try CaptureSimulation(options).write(to: folder.path("capture"))
    return folder
  }

  private func folder() throws -> URL { try Self.written.get().url.appending(path: "capture") }

  private func exchanges(_ api: SimulatedAPI) throws -> [CapturedExchange] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder().path).sorted()
    return try names.filter { $0.hasPrefix("\(api.rawValue)-") && $0.hasSuffix(".exchange.json") }.map {
      try JSONDecoder().decode(CapturedExchange.self, from: try Data(contentsOf: folder().appending(path: $0)))
    }
  }

  private func body(of exchange: CapturedExchange) throws -> Answer {
    Answer(bytes: Array(try Data(contentsOf: folder().appending(path: try #require(exchange.body)))))
  }

  /// The assets of a round, by their numbers, as bytes would tell them apart.
  private func assets(round: Int) throws -> [Int: NSDictionary] {
    var assets: [Int: NSDictionary] = [:]
    for exchange in try exchanges(.assets) where exchange.round == round {
      let page = try JSONSerialization.jsonObject(with: Data(try body(of: exchange).bytes)) as? NSDictionary
      let list = (page?["assetListData"] as? NSDictionary)?["asset"] as? [NSDictionary]
      for asset in try #require(list) { assets[try #require(asset["assetId"] as? Int)] = asset }
    }
    return assets
  }

  @Test("The same seed gives the same files, another seed others")
  func sameSeed() throws {
    let (first, second, other) = (try Self.written.get(), try Self.write(seed: 7), try Self.write(seed: 8))
    let names = try FileManager.default.contentsOfDirectory(atPath: folder().path)
    #expect(names.contains("run.json") && names.count > 20)
    for name in names {
      #expect(try first.bytes(of: "capture/\(name)") == second.bytes(of: "capture/\(name)"), "\(name)")
    }
    #expect(try first.bytes(of: "capture/detections-0001.xml") != other.bytes(of: "capture/detections-0001.xml"))
  }

  @Test("More rounds do not change those before them")
  func moreRounds() throws {
    let (three, one) = (try Self.written.get(), try Self.write(seed: 7, rounds: 1))
    let names = try FileManager.default.contentsOfDirectory(atPath: one.path("capture"))
    for name in names where name != "run.json" {
      #expect(try three.bytes(of: "capture/\(name)") == one.bytes(of: "capture/\(name)"), "\(name)")
    }
  }

  @Test("run.json has the rounds, a day apart")
  func run() throws {
    let data = try Data(contentsOf: folder().appending(path: "run.json"))
    let run = try JSONDecoder().decode(CapturedRun.self, from: data)
    #expect(run.format == 1)
    #expect(run.rounds.map(\.number) == [1, 2, 3])
    let times = try run.rounds.map { try #require(try? Date($0.time, strategy: .iso8601)) }
    #expect(zip(times, times.dropFirst()).allSatisfy { $1.timeIntervalSince($0) == 86_400 })
  }

  @Test("Pages go on from where the one before them ended")
  func paging() throws {
    for round in 1...3 {
      let pages = try exchanges(.detections).filter { $0.round == round }
      for (page, next) in zip(pages, pages.dropFirst()) {
        let id = try #require(next.request.parameters.last { $0.name == "id_min" }?.value)
        #expect(try body(of: page).text.contains("&id_min=\(id)]]>"))
        #expect(try body(of: next).contents(of: "ID").first.map(String.init) == id)
      }
      #expect(try pages.last.map { try body(of: $0).text.contains("<WARNING>") } == false)
    }
    #expect(try exchanges(.detections).filter { $0.round == 1 }.count == 3)
    let assets = try exchanges(.assets).filter { $0.round == 1 }
    #expect(
      assets.map { $0.request.parameters.map(\.name) } == [
        ["lastSeenAssetId", "pageSize"], ["lastSeenAssetId", "pageSize"],
      ]
    )
  }

  @Test("Later rounds list hosts that were processed since, with new and fixed detections", arguments: [2, 3])
  func laterDetections(round: Int) throws {
    let pages = try exchanges(.detections).filter { $0.round == round }
    let since = try #require(pages.first?.request.parameters.first { $0.name == "vm_processed_after" }?.value)
    let answers = try pages.map(body)
    #expect(try #require(answers.first?.contents(of: "DATETIME").first) > since)
    let hosts = answers.flatMap { $0.contents(of: "HOST") }
    #expect((1..<12).contains(hosts.count))
    for host in hosts { #expect(try #require(host.content(of: "LAST_SCAN_DATETIME")) > since) }
    let detections = hosts.flatMap { Answer(bytes: Array($0.utf8)).contents(of: "DETECTION") }
    let statuses = Set(detections.compactMap { $0.content(of: "STATUS") })
    #expect(statuses.isSuperset(of: ["New", "Active", "Fixed"]))
    #expect(detections.count { $0.content(of: "FIRST_FOUND_DATETIME").map { $0 > since } ?? false } >= 3)
    #expect(detections.contains { $0.content(of: "LAST_FIXED_DATETIME").map { $0 > since } ?? false })
    let ids = detections.compactMap { $0.content(of: "UNIQUE_VULN_ID") }
    #expect(Set(ids).count == detections.count)
  }

  @Test("What was fixed comes back at times")
  func reopened() throws {
    let pages = try exchanges(.detections).filter { $0.round > 1 }
    let since = try #require(pages.first?.request.parameters.first { $0.name == "vm_processed_after" }?.value)
    let dates = try pages.flatMap { try body(of: $0).contents(of: "LAST_REOPENED_DATETIME") }
    #expect(dates.contains { $0 > since })
  }

  @Test("A detection keeps all but what a scan can change")
  func stableDetections() throws {
    let byNumber = { (round: Int) in
      Dictionary(
        try exchanges(.detections).filter { $0.round == round }.flatMap { try body(of: $0).contents(of: "DETECTION") }
          .map { ($0.content(of: "UNIQUE_VULN_ID") ?? "", $0) },
        uniquingKeysWith: { $1 }
      )
    }
    let (first, second) = (try byNumber(1), try byNumber(2))
    let both = Set(first.keys).intersection(second.keys)
    #expect(both.count > 20)
    let stable = ["QID", "TYPE", "SEVERITY", "FIRST_FOUND_DATETIME", "IS_IGNORED", "IS_DISABLED", "ASSET_CVE"]
    for number in both {
      let results = [first, second].map { Answer(bytes: Array(($0[number] ?? "").utf8)).firstResults }
      #expect(results[0] == results[1])
      for name in stable { #expect(first[number]?.content(of: name) == second[number]?.content(of: name), "\(name)") }
    }
  }

  @Test("The KnowledgeBase is asked once for each QID, in the round that first detected it")
  func knowledgeBase() throws {
    var known: Set<Substring> = []
    for round in 1...3 {
      let detected = try exchanges(.detections).filter { $0.round == round }
        .flatMap { try body(of: $0).contents(of: "QID") }
      let asked = try #require(try exchanges(.knowledgeBase).first { $0.round == round })
      #expect(Set(try body(of: asked).contents(of: "QID")) == Set(detected).subtracting(known))
      let ids = try #require(asked.request.parameters.first { $0.name == "ids" }?.value.split(separator: ","))
      #expect(try body(of: asked).contents(of: "QID") == ids)
      known.formUnion(detected)
    }
  }

  @Test("A day later assets have changed, but not all; ports are confirmed, or not, or new", arguments: [1, 2])
  func laterAssets(round: Int) throws {
    let (before, after) = (try assets(round: round), try assets(round: round + 1))
    #expect(after.count == before.count + 1)
    let both = Set(before.keys).intersection(after.keys)
    #expect(both.count == before.count)
    let changed = both.filter { before[$0] != after[$0] }
    #expect(!changed.isEmpty && changed.count < both.count)
    var (confirmed, stale, opened, undated) = (0, 0, 0, 0)
    for id in changed {
      let (old, new) = (try #require(before[id]), try #require(after[id]))
      let was = try #require(old["lastModifiedDate"] as? String)
      let modified = try #require(new["lastModifiedDate"] as? String)
      #expect(modified > was)
      let known = Set(ports(of: old).compactMap { $0["port"] as? Int })
      for port in ports(of: new) {
        guard let seen = port["lastUpdated"] as? String else {
          undated += 1
          continue
        }
        #expect(seen <= modified)
        if !known.contains(try #require(port["port"] as? Int)) {
          opened += 1
          #expect(seen > was)
        } else if seen > was {
          confirmed += 1
        } else {
          stale += 1
        }
      }
    }
    #expect(confirmed > 0 && stale > 0 && opened > 0 && undated > 0)
  }

  @Test("In the first round no port was seen later than its asset changed")
  func firstPorts() throws {
    for asset in try assets(round: 1).values {
      let modified = try #require(asset["lastModifiedDate"] as? String)
      for port in ports(of: asset) { #expect(port["lastUpdated"] as? String ?? "" <= modified) }
    }
  }

  private func ports(of asset: NSDictionary) -> [NSDictionary] {
    (asset["openPortListData"] as? NSDictionary)?["openPort"] as? [NSDictionary] ?? []
  }
}
