import Foundation
import Health
import Service
import Testing

@testable import Endpoint

struct PageTests {
  @Test(arguments: [
    ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
    (#"" onload='x'"#, "&quot; onload=&#39;x&#39;"),
    ("a&amp;b", "a&amp;amp;b"),
    ("\0\u{1B}\u{85}", "\u{FFFD}\u{FFFD}\u{FFFD}"),
    ("\r\n\te\u{301}🦥", "\u{FFFD}\n\te\u{301}🦥"),
  ])
  func escapesWhatIsText(plain: String, escaped: String) {
    let html: HTML = "<p title=\"\(plain)\">\(plain)</p>"
    #expect(html.text == "<p title=\"\(escaped)\">\(escaped)</p>")
  }

  @Test func putsHTMLIntoHTMLAsItIs() {
    let inner: HTML = "<b>\("<")</b>"
    #expect(("\(inner)\([inner, inner])\(3)" as HTML).text == "<b>&lt;</b><b>&lt;</b><b>&lt;</b>3")
  }

  @Test(arguments: [
    (0, "0"), (999, "999"), (1000, "1 000"), (-1_234_567, "−1 234 567"), (.max, "9 223 372 036 854 775 807"),
  ])
  func separatesThousands(number: Int, text: String) {
    #expect(PageWords.number(number).replacing("\u{202F}", with: " ") == text)
  }

  @Test(arguments: [
    (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (99_999, "99.9 kB"), (100_000, "100 kB"), (2_700_000_000, "2.7 GB"),
    (5_000_000_000_000_000, "5 000 TB"),
  ])
  func saysBytes(bytes: Int, text: String) {
    #expect(PageWords.bytes(bytes).replacing("\u{202F}", with: " ") == text)
  }

  @Test(arguments: [
    (-3, "0 s"), (59, "59 s"), (60, "1 min"), (61, "1 min 1 s"), (600, "10 min"), (3599, "59 min"), (3600, "1 h"),
    (4342, "1 h 12 min"), (86_399, "23 h 59 min"), (86_400, "1 d"), (176_520, "2 d 1 h"),
  ])
  func saysDurations(seconds: Int, text: String) {
    #expect(PageWords.duration(seconds).replacing("\u{A0}", with: " ") == text)
  }

  @Test(arguments: [
    (0, 10, "0"), (1, 10, "0.1"), (99, 10, "9.9"), (100, 10, "10"), (5, 0, "5.0"), (12_345, 1, "12 345"),
  ])
  func saysRates(count: Int, seconds: Int, text: String) {
    #expect(PageWords.rate(count, in: seconds).replacing("\u{202F}", with: " ") == text)
  }

  @Test func saysTimesInUTC() { #expect(PageWords.utc(1_800_000_000) == "2027-01-15 08:00:00 UTC") }

  @Test(arguments: [
    (ServiceStatus.Health.green, nil, "Healthy"), (.yellow, nil, "Warning"), (.red, nil, "Error"),
    (.green, "line 3 is wrong", "Warning"),
  ])
  func namesTheWorstHealthInItsTitle(health: ServiceStatus.Health, problem: String?, title: String) {
    let html = Page.html(status(health, problem: problem), events: [])
    #expect(html.contains("<title>\(title) – Sluice</title>"))
    #expect(
      html.contains(
        "<p class=\"health\" data-h=\"all\" data-health=\"\(PageWords.worst(status(health, problem: problem)))\">"
      )
    )
  }

  @Test func showsAStreamWithoutAScript() {
    let text = Page.html(status(.red, problem: nil), events: [])
      .replacing(/<[^>]*>/, with: " ").replacing(/[\s\u{A0}\u{202F}]+/, with: " ")
    #expect(
      text.contains(
        "detections vulnerabilityLogs every 1 h Error Error for 1 min 40 s 1 error 1 error : events of detections "
          + "2 min 30 s ago 1 200 lines in 50 s in 20 s — 0 0 Restart detections "
          + "ThirdPartyGeneric: Qualys answered 503. Try 3 failed. The next one is in 20 s."
      ),
      "\(text)"
    )
  }

  @Test(arguments: [0, 27]) func saysThatATryIsUnderWay(_ seconds: Int) {
    var status = status(.yellow, problem: nil)
    status.pipelines[0].streams[0].nextTry = status.now - seconds
    #expect(Page.html(status, events: []).contains("Try 3 failed. The next one is under way."))
  }

  @Test func saysWhatAnEventTells() {
    var event = ServiceEvent(
      number: 7,
      time: 1_800_000_000,
      pipeline: "p",
      stream: "s",
      tracker: "ThirdPartyGenericError",
      severity: "Error",
      isHealthy: false,
      message: "busy <now>"
    )
    event.httpStatus = 503
    event.attempt = 2
    event.nextTry = 40
    event.repeats = 1
    #expect(
      Page.eventTable([event]).text.contains(
        """
        <tr data-number="7"><td>2027-01-15 08:00:00</td><td><bdi>p/s</bdi></td>\
        <td><span class="health" data-health="red"><span class="mark"></span> Error</span></td>\
        <td><b>ThirdPartyGenericError</b> busy &lt;now&gt; \
        <small>HTTP 503, try 2, next try 40\u{A0}s later, 1 time</small></td></tr>
        """
      )
    )
  }

  @Test func drawsAnOnlySinkBehindTheStages() {
    var stream = status(.green, problem: nil).pipelines[0].streams[0]
    stream.stages = [.init(name: "source", entered: 5, left: 7), .init(name: "where", entered: 7, left: 3)]
    var output = ServiceStatus.Output(name: "")
    output.sinks = [.init(name: "gzip-file", lines: 3, bytes: 90)]
    stream.outputs = [output]
    let graph = Page.graph(stream, key: "0.0").text
    #expect(
      graph.matches(of: /data-v="([^"]*)">([^<]*)</).map { "\($0.1) \($0.2)" } == [
        "0.0.t0 5", "0.0.t0.note +2", "0.0.t1 7", "0.0.t1.note −4", "0.0.o0.k0 3", "0.0.o0.k0.note 90 B",
      ]
    )
    #expect(graph.contains("<ul>") == false)
  }

  @Test(arguments: [(0, false, "90 B"), (1_234, false, "1\u{202F}234 wait"), (1_234, true, "1\u{202F}234 wait, full")])
  func saysHowMuchWaitsForASink(lines: Int, isFull: Bool, words: String) {
    var sink = ServiceStatus.Sink(name: "http", lines: 3, bytes: 90)
    sink.spool = ServiceStatus.Spool(lines: lines, bytes: 5_000, limit: 1 << 20, isFull: isFull)
    #expect(PageWords.note(of: sink) == words)
  }

  @Test func branchesWhereAStreamSplits() {
    var stream = status(.green, problem: nil).pipelines[0].streams[0]
    stream.outputs = ["a", "b"].map { .init(name: $0) }
    stream.outputs[1].sinks = [.init(name: "http", lines: 1, bytes: 1), .init(name: "stdout", lines: 1, bytes: 1)]
    let graph = Page.graph(stream, key: "0.0").text
    #expect(graph.matches(of: /<ul>/).count == 2)
    #expect(graph.matches(of: /<li>/).count == 4)
  }

  /// Nothing in the page would need a laxer content security policy.
  @Test func hasNoInlineScriptAndNoInlineStyle() {
    let html = Page.html(MovingService().status(), events: [])
    #expect(html.contains(/\sstyle=|\son[a-z]+=|javascript:/) == false)
    #expect(html.matches(of: /<script/).count == 1)
    #expect(Page.script.contains("innerHTML") == false)
  }

  private func status(_ health: ServiceStatus.Health, problem: String?) -> ServiceStatus {
    let now = 1_800_000_000
    var stream = ServiceStatus.Stream(
      name: "detections",
      logType: "vulnerabilityLogs",
      state: .error,
      stateSince: now - 100,
      health: health
    )
    stream.errors = 1
    stream.errorClass = "ThirdPartyGeneric"
    stream.message = "Qualys answered 503."
    stream.attempt = 3
    stream.nextTry = now + 20
    stream.every = 3600
    stream.last = .init(began: now - 200)
    stream.last?.ended = now - 150
    stream.last?.lines = 1200
    var pipeline = ServiceStatus.Pipeline(name: "p", file: "p.yaml")
    pipeline.problem = problem
    pipeline.streams = [stream]
    var status = ServiceStatus(version: "1", process: 1, started: now - 1000, now: now, memory: 1)
    status.pipelines = [pipeline]
    return status
  }
}
