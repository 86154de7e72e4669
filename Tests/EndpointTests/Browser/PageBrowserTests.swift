import Foundation
import Testing

@testable import Endpoint

/// What a browser shows of the page, over a real endpoint.
@Suite(.serialized, .enabled(if: Browser.isInstalled, "needs Debian's chromium and chromium-driver"))
struct PageBrowserTests {
  private static let token = "a-token-of-the-tests"
  private static let isDrawn = "document.querySelector('polyline').getAttribute('points') !== ''"

  @Test func movesItsNumbersWithoutALoad() async throws {
    try await show { browser in
      let keys = ["0.0.recordsOut", "0.0.t2", "0.0.o1.k0", "0.r0.left"]
      var before: [String] = []
      for key in keys {
        before.append(try await browser.get("return document.querySelector('[data-v=\"\(key)\"]').textContent"))
      }
      let _: Int? = try await browser.get(
        "window.marker = 1; document.querySelector('.restart[data-stream=\"0.1\"]').focus()"
      )
      for (key, text) in zip(keys, before) {
        try await browser.wait(until: "document.querySelector('[data-v=\"\(key)\"]').textContent !== '\(text)'")
      }
      try await browser.wait(
        until: "document.querySelector('[data-plot=\"0.0\"] polyline').getAttribute('points').split(' ').length >= 2"
      )
      #expect(try await browser.get("return window.marker") == 1)
      #expect(try await browser.get("return document.activeElement.dataset.stream") == "0.1")
      #expect(try await browser.console() == [])
    }
  }

  @Test func saysAllInTheServersWords() async throws {
    let service = MovingService()
    service.addHostile()
    service.stop()
    try await show(service) { browser in
      // What the script writes into an emptied page is what the server writes; throughput is the script's alone.
      let differences: [String] = try await browser.get(
        """
        const texts = (page) => new Map([...page.querySelectorAll('[data-v]')]
          .filter((e) => !e.dataset.v.endsWith('.rate'))
          .map((e) => [e.dataset.v, `${e.textContent} (${e.title ?? ''})`]));
        const rows = (page) => page.querySelector('#newest tbody').innerHTML;
        for (const e of document.querySelectorAll('[data-v]')) { e.textContent = ''; e.removeAttribute('title'); }
        document.querySelector('#newest tbody').replaceChildren();
        document.dispatchEvent(new Event('visibilitychange'));
        const end = performance.now() + 300000;
        while (!rows(document) && performance.now() < end) await new Promise((done) => setTimeout(done, 20));
        const served = new DOMParser().parseFromString(await (await fetch('/')).text(), 'text/html');
        const here = texts(document), there = texts(served);
        const differences = [...there].filter(([key, text]) => here.get(key) !== text)
          .map(([key, text]) => `${key}: ${here.get(key)}, but served: ${text}`);
        if (there.size < 80) differences.push(`only ${there.size} texts`);
        if (rows(document) !== rows(served)) differences.push(rows(document), rows(served));
        return differences;
        """
      )
      #expect(differences.joined(separator: "\n") == "")
      #expect(try await browser.console() == [])
    }
  }

  @Test(arguments: ["click", "\u{E007}", " "])
  func opensTheEventsOfAStream(by hand: String) async throws {
    try await show { browser in
      let button = "button.events[data-stream=\"1.0\"]"
      let isOpen = "getComputedStyle(document.getElementById('events-1.0')).display !== 'none'"
      #expect(try await browser.get("return \(isOpen)") == false)
      if hand == "click" { try await browser.click(button) } else { try await browser.type(hand, into: button) }
      try await browser.wait(
        until: "\(isOpen) && document.querySelectorAll('#events-1\\\\.0 [data-number]').length >= 2"
      )
      #expect(
        try await browser.get("return document.querySelector('\(button)').getAttribute('aria-expanded')") == "true"
      )
      let streams: [String] = try await browser.get(
        "return [...new Set([...document.querySelectorAll('#events-1\\\\.0 bdi')].map((e) => e.textContent))]"
      )
      #expect(streams == ["inventory/assets"])
      try await browser.click(button)
      #expect(try await browser.get("return \(isOpen)") == false)
    }
  }

  @Test func asksBeforeARestartAndSendsTheToken() async throws {
    let service = MovingService()
    try await show(service, token: Self.token) { browser in
      try await browser.click(".restart[data-stream=\"1.0\"]")
      try await browser.wait(until: "document.querySelector('dialog').open")
      #expect(try await browser.get("return document.getElementById('restart-name').textContent") == "inventory/assets")
      try await browser.click("#restart-no")
      try await browser.wait(until: "!document.querySelector('dialog').open")
      #expect(service.restarts == [])

      try await browser.click(".restart[data-stream=\"1.0\"]")
      try await browser.type("another-token\u{E007}", into: "#restart-token")
      try await browser.wait(until: "document.getElementById('restart-refused').textContent.includes('token')")
      #expect(service.restarts == [])

      try await browser.type("\(Self.token)\u{E007}", into: "#restart-token")
      try await browser.wait(
        until: "document.querySelector('[data-result=\"1.0\"]').textContent.startsWith('Restart asked')"
      )
      #expect(service.restarts == ["inventory/assets"])
      #expect(try await browser.get("return document.querySelector('dialog').open") == false)

      // Known now, and kept nowhere that outlives the page.
      try await browser.click(".restart[data-stream=\"0.0\"]")
      #expect(try await browser.get("return document.getElementById('restart-ask').hidden") == true)
      try await browser.click("#restart-yes")
      try await browser.wait(until: "document.querySelector('[data-result=\"0.0\"]').textContent !== ''")
      #expect(service.restarts == ["inventory/assets", "vulnerabilities/detections"])
      #expect(try await browser.get("return localStorage.length + sessionStorage.length + document.cookie.length") == 0)
      #expect(try await browser.get("return document.documentElement.outerHTML.includes('\(Self.token)')") == false)
    }
  }

  @Test func saysWhyNothingCanBeRestarted() async throws {
    try await show { browser in
      try await browser.click(".restart[data-stream=\"1.0\"]")
      try await browser.type("any\u{E007}", into: "#restart-token")
      try await browser.wait(until: "document.getElementById('restart-refused').textContent.includes('SLUICE_TOKEN')")
    }
  }

  @Test(arguments: [360, 768, 1280])
  func needsNoSidewaysScrolling(at width: Int) async throws {
    let service = MovingService()
    service.addHostile()
    try await show(service) { browser in
      try await browser.look(width: width)
      try await browser.click("button.events[data-stream=\"0.0\"]")
      try await browser.wait(until: "document.querySelectorAll('#events-0\\\\.0 [data-number]').length > 0")
      #expect(try await browser.get("return document.documentElement.scrollWidth") <= width)
    }
  }

  @Test func showsHostileNamesAsText() async throws {
    let service = MovingService()
    service.addHostile()
    try await show(service) { browser in
      let names: [String] = try await browser.get(
        "return [...document.querySelectorAll('h2 bdi, th .name bdi, h3 > bdi')].map((e) => e.textContent)"
      )
      #expect(names.count { $0 == MovingService.hostileName } == 4)
      #expect(try await browser.get("return document.querySelectorAll('main script').length") == 0)
      #expect(try await browser.get("return document.title") == "Error – Sluice")
      try await browser.click(".restart[data-stream=\"2.0\"]")
      try await browser.type("any\u{E007}", into: "#restart-token")
      try await browser.wait(until: "document.getElementById('restart-refused').textContent.includes('SLUICE_TOKEN')")
    }
  }

  @Test func isDarkForThoseWhoWishIt() async throws {
    try await show { browser in
      let colours = """
        return ['body', 'article', 'button', '.health'].map((e) => {
          const style = getComputedStyle(document.querySelector(e));
          return style.backgroundColor + style.color;
        });
        """
      let light: [String] = try await browser.get(colours)
      try await browser.look(width: 1280, scheme: "dark")
      let dark: [String] = try await browser.get(colours)
      for (light, dark) in zip(light, dark) { #expect(light != dark) }
    }
  }

  @Test func drawsWhatCameWithAChangedFile() async throws {
    let service = MovingService()
    try await show(service) { browser in
      service.addHostile()
      try await browser.wait(until: "document.querySelectorAll('table.streams').length === 3")
      try await browser.wait(
        until: "document.querySelector('[data-plot=\"2.r0\"] polyline').getAttribute('points') !== ''"
      )
      #expect(try await browser.console() == [])
    }
  }

  @Test func saysSinceWhenTheServiceIsSilent() async throws {
    let service = MovingService()
    try await Browser.run { browser in
      let first = try await RunningPage(service, token: nil, port: 0)
      try await browser.open(first.url)
      try await browser.wait(until: Self.isDrawn)
      await first.stop()
      try await browser.wait(until: "/not answer since 2.* UTC/.test(document.getElementById('silence').innerText)")
      let again = try await RunningPage(service, token: nil, port: first.port)
      try await browser.wait(until: "document.getElementById('silence').hidden")
      await again.stop()
    }
  }

  /// Pictures to look at, in the folder that `SLUICE_PICTURES` names.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["SLUICE_PICTURES"] != nil, "SLUICE_PICTURES names no folder"))
  func takesPictures() async throws {
    let folder = URL(filePath: ProcessInfo.processInfo.environment["SLUICE_PICTURES"] ?? ".")
    try await show { browser in
      try await browser.wait(
        until: "document.querySelector('[data-plot=\"0.0\"] polyline').getAttribute('points').split(' ').length >= 4"
      )
      try await browser.picture().write(to: folder.appending(path: "1280-light.png"))
      try await browser.look(width: 1280, scheme: "dark")
      try await browser.click("button.events[data-stream=\"0.0\"]")
      try await browser.wait(until: "document.querySelectorAll('#events-0\\\\.0 [data-number]').length > 0")
      try await browser.picture().write(to: folder.appending(path: "1280-dark.png"))
      try await browser.look(width: 360)
      try await browser.picture().write(to: folder.appending(path: "360.png"))
    }
  }

  /// A browser that shows the page, drawn once by its script.
  private func show(
    _ service: MovingService = MovingService(),
    token: String? = nil,
    _ body: (Browser) async throws -> Void
  ) async throws {
    let page = try await RunningPage(service, token: token, port: 0)
    do {
      try await Browser.run { browser in
        try await browser.look(width: 1280)
        try await browser.open(page.url)
        try await browser.wait(until: Self.isDrawn)
        try await body(browser)
      }
      await page.stop()
    } catch {
      await page.stop()
      throw error
    }
  }
}

/// An endpoint that runs until it is stopped.
private struct RunningPage {
  let port: Int
  var url: String { "http://127.0.0.1:\(port)/" }
  private let running: Task<Void, any Error>

  init(_ service: MovingService, token: String?, port: Int) async throws {
    let (ports, found) = AsyncStream<Int>.makeStream()
    var endpoint = try Endpoint(EndpointSettings(port: port, token: token), over: service) { found.yield($0) }
    endpoint.limits = .patient
    running = Task { [endpoint] in
      defer { found.finish() }
      try await endpoint.run()
    }
    self.port = try #require(await ports.first { _ in true })
  }

  func stop() async {
    running.cancel()
    _ = await running.result
  }
}
