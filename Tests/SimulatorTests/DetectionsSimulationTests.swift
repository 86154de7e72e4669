import Simulator
import Testing

@Suite("Simulated detections answers")
struct DetectionsSimulationTests {
  private func simulation(_ change: (inout DetectionsSimulation.Options) -> Void = { _ in }) -> DetectionsSimulation {
    var options = DetectionsSimulation.Options()
    options.hosts = 12
    change(&options)
    return DetectionsSimulation(options)
  }

  // MARK: Seeds

  @Test("The same seed gives the same bytes")
  func sameSeed() {
    let first = Answer(of: simulation { $0.seed = 7 })
    let second = Answer(of: simulation { $0.seed = 7 })
    #expect(first.bytes == second.bytes)
  }

  @Test("Different seeds give different hosts")
  func differentSeeds() {
    let first = Answer(of: simulation { $0.seed = 7 })
    let second = Answer(of: simulation { $0.seed = 8 })
    #expect(Set(first.contents(of: "HOST")).isDisjoint(with: second.contents(of: "HOST")))
  }

  // MARK: Pages

  @Test("The size of the pages does not change the hosts", arguments: [1, 5, 12, 0])
  func pageSize(hostsPerPage: Int) {
    let whole = Answer(of: simulation())
    let paged = simulation { $0.hostsPerPage = hostsPerPage }
    let hosts = (0..<paged.pageCount).flatMap { Answer(page: $0, of: paged).contents(of: "HOST") }
    #expect(hosts == whole.contents(of: "HOST"))
    #expect(hosts.count == 12)
  }

  @Test("More hosts do not change those before them")
  func moreHosts() {
    let more = Answer(of: simulation { $0.hosts = 15 })
    #expect(more.contents(of: "HOST").prefix(12) == Answer(of: simulation()).contents(of: "HOST")[...])
  }

  @Test("Only truncated pages end in a WARNING, and it names the next page's first host")
  func warnings() throws {
    let simulation = simulation { $0.hostsPerPage = 5 }
    #expect(simulation.pageCount == 3)
    let pages = (0..<simulation.pageCount).map { Answer(page: $0, of: simulation) }
    for (page, next) in zip(pages, pages.dropFirst()) {
      let warning = try #require(page.contents(of: "WARNING").first)
      let id = try #require(next.contents(of: "ID").first)
      #expect(warning.contains("<CODE>1980</CODE>"))
      #expect(warning.contains("<TEXT>5 record limit exceeded. Use URL to get next batch of results.</TEXT>"))
      #expect(warning.contains("&id_min=\(id)]]>"))
    }
    #expect(pages[2].contents(of: "WARNING").isEmpty)
  }

  @Test("Hosts ascend, with gaps")
  func ascendingHosts() throws {
    let ids = try Answer(of: simulation()).contents(of: "ID").map { try #require(Int($0)) }
    #expect(zip(ids, ids.dropFirst()).allSatisfy { $0 < $1 })
    let (first, last) = (try #require(ids.first), try #require(ids.last))
    #expect(first >= 10_000_000)
    #expect(last - first > 12)
  }

  @Test("No two detections share a number, and some numbers need more than 32 bits")
  func uniqueIDs() throws {
    let ids = try Answer(of: simulation()).contents(of: "UNIQUE_VULN_ID").map { try #require(Int($0)) }
    #expect(Set(ids).count == ids.count)
    #expect(ids.contains { $0 > UInt32.max })
    #expect(ids.contains { $0 <= UInt32.max })
  }

  // MARK: Shape

  @Test("Every element ends where it should", arguments: 1...5)
  func wellFormed(seed: UInt64) {
    let simulation = simulation {
      $0.seed = seed
      $0.hostsPerPage = 8
    }
    for page in 0..<simulation.pageCount {
      let balance = TagBalance(of: Answer(page: page, of: simulation).text)
      #expect(balance.complaint == nil)
      #expect(balance.elementCount > 100)
    }
  }

  @Test("A QID means the same on every host")
  func stableQIDs() throws {
    let detections = Answer(of: simulation { $0.hosts = 50 }).contents(of: "DETECTION")
    let kinds = Dictionary(grouping: detections) { $0.split(separator: "\n")[1] }
      .mapValues { detections in Set(detections.map { $0.split(separator: "\n")[2...3].joined() }) }
    #expect(kinds.count < detections.count)
    #expect(kinds.values.allSatisfy { $0.count == 1 })
  }

  @Test("Info detections have no STATUS, all others have one")
  func status() {
    let detections = Answer(of: simulation()).contents(of: "DETECTION")
    for detection in detections {
      #expect(detection.contains("<STATUS>") != detection.contains("<TYPE>Info</TYPE>"))
    }
  }

  @Test("The answer about no host has no HOST_LIST")
  func emptyAnswer() {
    let answer = Answer(emptyOf: simulation())
    #expect(!answer.text.contains("HOST_LIST>"))
    #expect(answer.text.contains("<DATETIME>2026-11-"))
    #expect(answer.text.contains("<!-- CONFIDENTIAL"))
    #expect(TagBalance(of: answer.text).complaint == nil)
    #expect(Answer(of: simulation { $0.hosts = 0 }).bytes == answer.bytes)
  }

  // MARK: Sizes

  @Test("Each host has as many detections as asked for", arguments: [1, 3, 2_001])
  func detectionsPerHost(count: Int) {
    let answer = Answer(
      of: simulation {
        $0.hosts = 2
        $0.detectionsPerHost = count
      }
    )
    for host in answer.contents(of: "HOST") {
      #expect(host.ranges(of: "<DETECTION>").count == count)
    }
  }

  @Test("The first RESULTS has as many bytes as asked for", arguments: [0, 1, 2, 3, 300, 20_000, 1_000_003], 1...4)
  func resultsBytes(count: Int, seed: UInt64) throws {
    let options = { (options: inout DetectionsSimulation.Options) in
      options.hosts = 1
      options.seed = seed
    }
    let answer = Answer(
      of: simulation {
        options(&$0)
        $0.resultsBytes = count
      }
    )
    let results = try #require(answer.firstResults)
    #expect(results.utf8.count == count)
    #expect(!results.unicodeScalars.contains("\u{FFFD}"))

    let usual = Answer(of: simulation(options))
    #expect(answer.contents(of: "DETECTION").dropFirst() == usual.contents(of: "DETECTION").dropFirst())
  }

  @Test("Chunks are of about 64 KiB, however large a RESULTS is")
  func chunks() {
    let answer = Answer(of: simulation { $0.resultsBytes = 5_000_000 })
    #expect(answer.chunkSizes.dropLast().allSatisfy { (64 * 1024..<128 * 1024).contains($0) })
  }

  @Test("What the receiver throws ends the page")
  func receiverThrows() {
    struct Full: Error {}
    var calls = 0
    #expect(throws: Full.self) {
      try simulation { $0.hosts = 100 }.writePage(0) { _ throws(Full) in
        calls += 1
        throw Full()
      }
    }
    #expect(calls == 1)
  }
}
