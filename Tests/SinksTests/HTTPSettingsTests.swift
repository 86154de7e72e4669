import Sinks
import Streaming
import TestSupport
import Testing

/// Options of `http` that cannot be used are found before anything runs, and never show the URL.
@Suite("http: options")
struct HTTPSettingsTests {
  private func settings(url: String = "https://h/x", headers: KeyValuePairs<String, OptionValue> = [:]) throws
    -> HTTPSink.Settings
  {
    try HTTPSink.Settings(Options.of(HTTPSink.component, ["url": .text(url), "headers": .group(headers)]))
  }

  @Test(
    "Of a URL its scheme, host and port are shown",
    arguments: [
      ("https://collectors.sumologic.com/receiver/v1/http/abc==", "https://collectors.sumologic.com/…"),
      ("HTTP://127.0.0.1:8080/x?y=z", "HTTP://127.0.0.1:8080/…"), ("https://h?token=abc", "https://h/…"),
      ("https://[::1]:443/hunter", "https://[::1]:443/…"), ("https://h", "https://h/…"),
    ]
  )
  func address(url: String, shown: String) throws {
    let address = try settings(url: url).address
    #expect("\(address)" == shown)
    var dump = ""
    Swift.dump(address, to: &dump)
    #expect(!dump.contains("abc") && !dump.contains("hunter"))
  }

  @Test(
    "What is no URL is said without showing it",
    arguments: [
      "", "hunter2", "ftp://hunter2/", "https://", "https:///hunter2", "https://me:hunter2@h/", "https://h/hunter2 x",
      "https://h/hunter2\n", "https://h/#hunter2", "https://h:0/hunter2", "https://h:hunter2/", "https://h:/hunter2",
      "https://[::1/hunter2", "https://hunter2ü/",
    ]
  )
  func noURL(url: String) throws {
    let error = #expect(throws: OptionError.self) { _ = try settings(url: url) }
    #expect(error?.option == "url")
    #expect(error?.description.contains("hunter2") == false && error?.help?.contains("hunter2") != true)
  }

  @Test(
    "Headers that cannot be sent, or are ours, are refused",
    arguments: [
      ("X Y", "v"), ("", "v"), ("X:", "v"), ("Ü", "v"), ("X", "hunter2\r\nEvil: yes"), ("X", "hunter2\n"),
      ("X", "hunter2\u{0}"), ("Content-Length", "1"), ("HOST", "h"), ("Idempotency-Key", "k"),
      ("content-encoding", "br"),
      ("Transfer-Encoding", "chunked"), ("x-sumo-category", "again"),
    ]
  )
  func headers(name: String, value: String) throws {
    let error = #expect(throws: OptionError.self) {
      _ = try settings(headers: ["X-Sumo-Category": .text("a"), name: .text(value)])
    }
    #expect(error?.option == "headers.\(name)")
    #expect(error?.description.contains("hunter2") == false)
  }

  @Test("Options arrive")
  func all() throws {
    let options = Options.of(
      HTTPSink.component,
      [
        "url": .text("https://h/x"),
        "headers": .group(["X-Sumo-Fields": .text("a=b,c=ü"), "Content-Type": .text("t")]),
        "batch": .integer(5000), "records": .integer(1), "gzip": .integer(0), "connections": .integer(3),
        "timeout": .integer(5), "give-up-after": .integer(9),
      ]
    )
    let settings = try HTTPSink.Settings(options)
    #expect(settings.headers.map(\.name) == ["X-Sumo-Fields", "Content-Type"])
    #expect(settings.batchBytes == 5000 && settings.records == 1 && settings.level == 0 && settings.connections == 3)
    #expect(settings.timeout == .seconds(5) && settings.giveUpAfter == .seconds(9))
  }
}
