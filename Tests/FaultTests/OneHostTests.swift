import Foundation
import Simulator
import TestSupport
import Testing

/// One host with very many detections, through the built program; `Tests/Proof/load.py --one-host` has a million.
@Suite("One host")
struct OneHostTests {
  @Test(
    "A host with 20,000 detections comes whole, and takes no more memory than one with 2,000",
    .timeLimit(.minutes(30))
  )
  func oneHost() async throws {
    let few = try await Self.peak(detections: 2_000)
    let many = try await Self.peak(detections: 20_000)
    // Their XML has 20 MiB more.
    #expect(many - few < 8 << 20, "\(few >> 10) KiB and \(many >> 10) KiB")
    print("figure: one host, 2,000 and 20,000 detections: peak MiB | \(few >> 20), \(many >> 20)")
  }

  /// Runs the program once against one host; returns the most memory that it held, in bytes.
  private static func peak(detections: Int) async throws -> Int {
    var options = SimulatedServer.Options()
    options.detections.hosts = 1
    options.detections.detectionsPerHost = detections
    let folder = try TemporaryFolder()
    let server = SimulatedServer(options)
    let port = try await server.start()
    try Data(file(port: port).utf8).write(to: folder.url.appending(path: "p.yaml"))
    let program = try await WatchedProgram.run(
      ["run", "p.yaml", "--state", "state"],
      in: folder.url,
      environment: ["PASSWORD": "simulator"]
    )
    await server.stop()
    #expect(program.status == 0, "\(String(decoding: program.errors, as: UTF8.self))")
    let lines = try Delivered.lines(in: folder.url.appending(path: "out"), of: .detections)
    let ids = lines.compactMap { line in
      line.firstRange(of: "\"UniqueVulnId\":\"").map { line[$0.upperBound...].prefix { $0 != "\"" } }
    }
    let isSame = ids.map(String.init) == expected(options.detections)
    #expect(isSame && ids.count >= detections, "\(ids.count) of \(detections)")
    #expect(server.calls.map(\.api) == [.hosts, .detections])
    return program.peak
  }

  /// The numbers of all detections, in order.
  private static func expected(_ options: DetectionsSimulation.Options) -> [String] {
    var bytes: [UInt8] = []
    var query = DetectionsSimulation.Query()
    query.limit = 1_000
    _ = DetectionsSimulation(options).writeAnswer(to: query) { bytes += $0 }
    return String(decoding: bytes, as: UTF8.self).split(separator: "<UNIQUE_VULN_ID>").dropFirst()
      .map { String($0.prefix { $0 != "<" }) }
  }

  private static func file(port: Int) -> String {
    """
    name: one-host
    qualys: { server: "http://127.0.0.1:\(port)", username: simulator, password: "${PASSWORD}" }
    start: all
    source: { detections: { show_igs: true } }
    stages: [decode-detections, split-detections, add-event-id, encode-json, guard-size]
    sinks: [gzip-file: "out/detections-{n}.gz"]

    """
  }
}
