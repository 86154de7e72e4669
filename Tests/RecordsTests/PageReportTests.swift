import Records
import Simulator
import Streaming
import TestSupport
import Testing

/// What a page's report says, so that its source knows how to go on.
@Suite("What a page reports")
struct PageReportTests {
  @Test("Marks, ids, the next page and the server's time")
  func everything() throws {
    var page = SmallPage([SmallPage.Host(id: 5), SmallPage.Host(id: 7), SmallPage.Host(id: 18_446_744_073_709_551)])
    page.afterHosts = SmallPage.warning(nextID: 20_000_000_000)
    let report = try Decoding(page).report
    #expect(report.marks == 3)
    #expect(report.idsAscend)
    #expect(report.lastID == 18_446_744_073_709_551)
    #expect(report.nextID == 20_000_000_000)
    #expect(report.warningCode == "1980")
    #expect(report.serverTime == SmallPage.serverTime)
    #expect(report.isComplete)
    #expect(report.failure == nil)
    #expect(report.drift == 0 && report.repairedCharacters == 0 && report.keptReferences == 0)
  }

  @Test("No warning, no next page")
  func lastPage() throws {
    let report = try Decoding(SmallPage([SmallPage.Host(id: 5)])).report
    #expect(report.nextID == nil && report.warningCode == nil && report.isComplete)
  }

  @Test(
    "Ids ascend only when each is larger than the one before",
    arguments: [
      ([1, 2, 3], true), ([9, 10, 100], true), ([1, 1], false), ([2, 1, 3], false), ([5], true), ([], true),
    ] as [([Int], Bool)]
  )
  func ascendingIDs(ids: [Int], ascend: Bool) throws {
    let report = try Decoding(SmallPage(ids.map { SmallPage.Host(id: $0) })).report
    #expect(report.idsAscend == ascend)
    #expect(report.lastID == ids.last.map(UInt64.init))
  }

  @Test("An id that is no number ends the trust in ids", arguments: ["abc", "", "-1", "99999999999999999999999"])
  func strangeIDs(id: String) throws {
    let page = SmallPage([SmallPage.Host(id: 1), SmallPage.Host("<ID>\(id)</ID>"), SmallPage.Host(id: 3)])
    let report = try Decoding(page).report
    #expect(!report.idsAscend)
    #expect(report.marks == 3)
  }

  @Test(
    "Only the number of id_min is taken from the warning's address",
    arguments: [
      ("?id_min=12", 12), ("?a=1&id_min=12&b=2", 12), ("/id_min=12", nil), ("?id_min=", nil), ("?id_min=1x", nil),
      ("?xid_min=12", nil), ("?id_min=99999999999999999999", nil), ("\n   ?id_min=12\n  ", 12),
    ] as [(String, UInt64?)]
  )
  func nextID(query: String, expected: UInt64?) throws {
    var page = SmallPage([SmallPage.Host(id: 5)])
    let address = "https://elsewhere.example\(query)".xmlEscaped
    page.afterHosts = "<WARNING><CODE>1980</CODE><URL>\(address)</URL></WARNING>"
    #expect(try Decoding(page).report.nextID == expected)
  }

  @Test("Simulated pages lead from each to the next")
  func simulatedPages() throws {
    let simulation = DetectionsSimulation(hosts: 7, seed: 5, hostsPerPage: 3, detectionsPerHost: 1)
    var last: UInt64 = 0
    for index in 0..<simulation.pageCount {
      let report = try Decoding(simulation.page(index)).report
      #expect(report.marks == (index < 2 ? 3 : 1))
      #expect(report.idsAscend)
      #expect((report.nextID != nil) == (index < 2))
      let lastID = try #require(report.lastID)
      #expect(lastID > last && report.nextID ?? .max > lastID)
      last = lastID
    }
  }

  @Test(
    "The expected root without hosts is no data and no failure",
    arguments: ["", "<HOST_LIST/>", "<HOST_LIST></HOST_LIST>"]
  )
  func noData(list: String) throws {
    var page = SmallPage()
    page.afterHosts = list
    let decoding = try Decoding(page)
    let report = try decoding.report
    #expect(report.isComplete && report.failure == nil && report.marks == 0 && report.lastID == nil)
    #expect(decoding.batches.map(\.position) == [Position(marks: 0, ending: .complete)])
  }
}
