import Foundation
import HTTPTypes
import HummingbirdTesting
import Testing

/// A headless Chromium, driven over WebDriver.
struct Browser {
  /// Where Debian's `chromium-driver` puts it.
  private static let program = "/usr/bin/chromedriver"

  static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: program) }

  /// What the driver or the page said instead of an answer.
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  private let port: Int
  private let session: String

  /// A browser as long as `body` runs.
  static func run(_ body: (Browser) async throws -> Void) async throws {
    let port = try startDriver()
    do {
      let browser = try await Browser(port: port)
      try await body(browser)
    } catch {
      await shutDown(port)
      throw error
    }
    await shutDown(port)
  }

  /// Starts a driver; the port that it listens on.
  private static func startDriver() throws -> Int {
    for _ in 1..<10 {
      // It wants the port that it was given for IPv6, too, and ends when another program has that.
      if let port = try? startDriverOnce() { return port }
    }
    return try startDriverOnce()
  }

  private static func startDriverOnce() throws -> Int {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: program)
    process.arguments = ["--port=0"]
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    return try port(output.fileHandleForReading)
  }

  /// Ends the driver and its browser by its own call: the signals of `Process` are blocked in what a test starts, and
  /// its `waitUntilExit` never returns on another thread.
  private static func shutDown(_ port: Int) async {
    _ = try? await connected(port) { client in try await client.ask("/shutdown", host: "127.0.0.1:\(port)") }
  }

  /// A connection for each call: the driver closes them as it likes.
  private static func connected<Value>(_ port: Int, _ body: (TestClient) async throws -> Value) async throws -> Value {
    let client = TestClient(host: "127.0.0.1", port: port, configuration: .init(timeout: .seconds(900)))
    client.connect()
    do {
      let value = try await body(client)
      try await client.shutdown()
      return value
    } catch {
      try? await client.shutdown()
      throw error
    }
  }

  /// Reads the port that the driver says it listens on.
  private static func port(_ output: FileHandle) throws -> Int {
    var said = ""
    while true {
      let data = output.availableData
      guard !data.isEmpty else { throw Failure(description: "chromedriver ended: \(said)") }
      said += String(decoding: data, as: UTF8.self)
      if let match = said.firstMatch(of: /successfully on port (\d+)/), let port = Int(match.1) { return port }
    }
  }

  private init(port: Int) async throws {
    struct Wish: Encodable {
      struct Capabilities: Encodable { var alwaysMatch: Options }
      struct Options: Encodable {
        var chrome = ["args": ["--headless=new", "--disable-gpu", "--hide-scrollbars", "--no-sandbox"]]
        var logs = ["browser": "ALL"]
        // Milliseconds that a script may run.
        var timeouts = ["script": 600_000]
        enum CodingKeys: String, CodingKey {
          case chrome = "goog:chromeOptions"
          case logs = "goog:loggingPrefs"
          case timeouts
        }
      }
      var capabilities = Capabilities(alwaysMatch: Options())
    }
    struct Session: Decodable { var sessionId: String }
    let made: Session = try await Self.ask(port, "/session", Wish())
    self.port = port
    session = "/session/\(made.sessionId)"
  }

  func open(_ url: String) async throws { try await command("url", ["url": url]) }

  /// What a function's body returns; a promise is waited for.
  func get<Value: Decodable>(_ script: String, as: Value.Type = Value.self) async throws -> Value {
    return try await ask("execute/sync", Script(script: script))
  }

  /// Waits in the page until an expression is true, five minutes at most.
  func wait(until condition: String, at location: SourceLocation = #_sourceLocation) async throws {
    let isTrue: Bool = try await get(
      """
      const end = performance.now() + 300000;
      return new Promise((done) => {
        const look = () => (\(condition)) ? done(true) : performance.now() > end ? done(false) : setTimeout(look, 20);
        look();
      });
      """
    )
    #expect(isTrue, "\(condition)", sourceLocation: location)
  }

  /// Clicks in the middle of an element, as a mouse does.
  func click(_ selector: String) async throws { try await command("\(element(selector))/click", Nothing()) }

  /// Types into an element, which gets the focus.
  func type(_ keys: String, into selector: String) async throws {
    try await command("\(element(selector))/value", ["text": keys])
  }

  private func element(_ selector: String) async throws -> String {
    let found: [String: String] = try await ask(
      "element",
      ["using": "css selector", "value": selector]
    )
    return "element/\(try #require(found.values.first))"
  }

  /// A window of this size, and a colour scheme.
  func look(width: Int, height: Int = 900, scheme: String = "light") async throws {
    struct Metrics: Encodable {
      var width: Int
      var height: Int
      var deviceScaleFactor = 1
      var mobile = false
    }
    try await devTools("Emulation.setDeviceMetricsOverride", Metrics(width: width, height: height))
    try await devTools("Emulation.setEmulatedMedia", ["features": [["name": "prefers-color-scheme", "value": scheme]]])
  }

  /// The whole page as a PNG, however long it is.
  func picture() async throws -> Data {
    let wish = DevTools(cmd: "Page.captureScreenshot", params: ["captureBeyondViewport": true])
    struct Picture: Decodable { var data: Data }
    let picture: Picture = try await ask("goog/cdp/execute", wish)
    return picture.data
  }

  /// What the console was told since it was last asked: errors, refusals of the content security policy, failed loads.
  func console() async throws -> [String] {
    struct Entry: Decodable { var message: String }
    let entries: [Entry] = try await ask("se/log", ["type": "browser"])
    return entries.map(\.message)
  }

  private func devTools(_ name: String, _ parameters: some Encodable) async throws {
    try await command("goog/cdp/execute", DevTools(cmd: name, params: parameters))
  }

  private func command(_ path: String, _ body: some Encodable) async throws {
    let _: Nothing? = try await ask(path, body)
  }

  private func ask<Value: Decodable>(_ path: String, _ body: some Encodable) async throws -> Value {
    try await Self.ask(port, "\(session)/\(path)", body)
  }

  private static func ask<Value: Decodable>(_ port: Int, _ path: String, _ body: some Encodable) async throws -> Value {
    let text = String(decoding: try JSONEncoder().encode(body), as: UTF8.self)
    let response = try await connected(port) { client in
      try await client.ask(.post, path, host: "127.0.0.1:\(port)", [.contentType: "application/json"], body: text)
    }
    guard response.status == .ok else { throw Failure(description: response.text) }
    return try JSONDecoder().decode(Answer<Value>.self, from: Data(response.text.utf8)).value
  }
}

private struct Answer<Value: Decodable>: Decodable {
  var value: Value
}

private struct Nothing: Codable {}

private struct Script: Encodable {
  var script: String
  var args: [String] = []
}

private struct DevTools<Parameters: Encodable>: Encodable {
  var cmd: String
  var params: Parameters
}
