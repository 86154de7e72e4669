import Qualys
import Testing

@Suite struct RateHeadersTests {
  private static func read(_ headers: [(String, String)]) -> RateHeaders {
    RateHeaders(APIResponse(status: 200, headers: headers.map { (name: $0, value: $1) }, body: NoBytes()))
  }

  @Test("what Qualys sent is read")
  func recorded() {
    let read = Self.read([
      ("X-RateLimit-Limit", "300"), ("X-RateLimit-Window-Sec", "3600"), ("X-Concurrency-Limit-Limit", "2"),
      ("X-Concurrency-Limit-Running", "0"), ("X-RateLimit-ToWait-Sec", "0"), ("X-RateLimit-Remaining", "298"),
    ])
    #expect(read.limit == 300 && read.window == 3600 && read.remaining == 298 && read.toWait == 0)
    #expect(read.concurrencyLimit == 2 && read.running == 0)
  }

  @Test(
    "both spellings, in any case",
    arguments: [
      ("X-Concurrency-Limit-Limit", "X-Concurrency-Limit-Running"),
      ("X-ConcurrencyLimit-Limit", "X-ConcurrencyLimit-Running"),
      ("x-concurrency-limit-limit", "X-CONCURRENCY-LIMIT-RUNNING"),
      ("x-concurrencylimit-limit", "X-CONCURRENCYLIMIT-RUNNING"),
    ]
  )
  func spellings(limit: String, running: String) {
    let read = Self.read([(limit, "5"), (running, "1")])
    #expect(read.concurrencyLimit == 5 && read.running == 1)
  }

  @Test("an unreadable spelling does not hide the other")
  func otherSpelling() {
    #expect(
      Self.read([("X-Concurrency-Limit-Limit", ""), ("X-ConcurrencyLimit-Limit", "5")]).concurrencyLimit == 5
    )
  }

  @Test("the gateway sends two of them")
  func gateway() {
    let read = Self.read([("X-RateLimit-Limit", "2000"), ("X-RateLimit-Remaining", "1999")])
    #expect(read.limit == 2000 && read.remaining == 1999)
    #expect(read.window == nil && read.toWait == nil && read.concurrencyLimit == nil && read.running == nil)
  }

  @Test(
    "what is no sensible number is no hint",
    arguments: ["", " ", "-1", "NaN", "1e3", "1.5", "0x10", "1 2", "1000000000000", "99999999999999999999", "many"]
  )
  func noHint(text: String) {
    let names = [
      "X-RateLimit-Limit", "X-RateLimit-Window-Sec", "X-RateLimit-Remaining", "X-RateLimit-ToWait-Sec",
      "X-Concurrency-Limit-Limit", "X-Concurrency-Limit-Running",
    ]
    #expect(Self.read(names.map { ($0, text) }) == Self.read([]))
  }

  @Test("blanks around a number do no harm")
  func blanks() { #expect(Self.read([("X-RateLimit-ToWait-Sec", " 181\t")]).toWait == 181) }
}
