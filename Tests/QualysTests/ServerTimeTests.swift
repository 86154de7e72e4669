import Qualys
import Testing

@Suite struct ServerTimeTests {
  @Test(
    "a time is the seconds since 1970, and back",
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("2000-02-29T12:00:01Z", 951_825_601), ("2026-11-21T10:00:00Z", 1_795_255_200),
      ("1969-12-31T23:59:59Z", -1), ("2100-03-01T00:00:00Z", 4_107_542_400),
    ]
  )
  func known(text: String, seconds: Int) {
    #expect(ServerTime.seconds(text) == seconds)
    #expect(ServerTime.text(seconds) == text)
  }

  @Test("each day of 400 years comes back as it went")
  func days() {
    for day in 0..<146_097 {
      let seconds = day * 86_400 + day % 86_400
      #expect(ServerTime.seconds(ServerTime.text(seconds)) == seconds)
    }
  }

  @Test(
    "what is no time is none",
    arguments: [
      "", "2026-11-21", "2026-11-21 10:00:00Z", "2026-13-01T00:00:00Z", "x", "-026-11-21T10:00:00Z",
      "2026-11-21T+1:00:00Z",
    ]
  )
  func none(text: String) { #expect(ServerTime.seconds(text) == nil) }
}
