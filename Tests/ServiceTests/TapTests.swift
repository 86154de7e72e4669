import Pipelines
import Service
import Streaming
import Synchronization
import Testing

/// Looking at a running service: the stream does not feel it.
@Suite("Taps of a service") struct ServiceTapTests {
  /// Serves for five hours; after the first round somebody opens taps.
  private func serve(
    _ qualys: ServedQualys,
    _ open: @escaping @Sendable (PipelineService) throws -> [Taps.Reader] = { _ in [] },
    meanwhile: @escaping @Sendable (PipelineService) -> Void = { _ in }
  ) async throws -> (service: PipelineService, readers: [Taps.Reader]) {
    let service = try qualys.service()
    let task = Task { await service.run() }
    await qualys.clock.run(until: .seconds(3_700)) { 3 }
    let readers = try open(service)
    await qualys.clock.run(until: .seconds(3 * 3_600 + 60)) { 3 }
    meanwhile(service)
    await qualys.clock.run(until: .seconds(5 * 3_600 + 60)) { 3 }
    service.stop()
    await qualys.clock.run(until: .seconds(5 * 3_600 + 120)) { 0 }
    await task.value
    return (service, readers)
  }

  private static func samples(_ reader: Taps.Reader) async -> [String] {
    await reader.samples.reduce(into: []) { $0.append(String(decoding: $1, as: UTF8.self)) }
  }

  @Test(arguments: [
    (nil, #"{"LogType":"vulnerabilityLogs""#), ("encode-json", #"{"LogType":"vulnerabilityLogs""#),
    ("split-detections", #"{"ID":"#), ("decode-detections", #"{"ID":"#), ("detections", #"{"bytes":"#),
  ])
  func samplesComeFromEachPlaceAndEndWithTheService(_ after: String?, _ beginning: String) async throws {
    let qualys = try ServedQualys()
    let (_, readers) = try await serve(qualys) { [try $0.tap("detections", after: after, where: nil)] }
    let samples = await Self.samples(try #require(readers.first))
    #expect(!samples.isEmpty && samples.allSatisfy { $0.hasPrefix(beginning) }, "\(samples)")
    #expect(after != nil || Set(samples).isSubset(of: qualys.now.lines))
  }

  @Test func aFilterChooses() async throws {
    let qualys = try ServedQualys()
    let (_, readers) = try await serve(qualys) { service in
      [try service.tap("detections", after: nil, where: "{ field: DETECTION.QID, equals: 8 }")]
    }
    let samples = await Self.samples(try #require(readers.first))
    #expect(!samples.isEmpty && samples.allSatisfy { $0.contains(#""Qid":"8""#) }, "\(samples)")
  }

  @Test func whatIsDeliveredIsTheSameWhoeverTapsAndDoesNotRead() async throws {
    let (plain, tapped) = (try ServedQualys(), try ServedQualys())
    let (alone, _) = try await serve(plain)
    let (watched, readers) = try await serve(tapped) { service in
      try ["detections", "decode-detections", "split-detections", nil].map {
        try service.tap("detections", after: $0, where: nil)
      }
    }
    #expect(readers.count == 4)
    let isSame = tapped.now.lines == plain.now.lines
    #expect(isSame && !plain.now.lines.isEmpty)
    #expect(watched.status().streams[0].rounds == alone.status().streams[0].rounds)
    #expect(watched.status().streams[0].stages == alone.status().streams[0].stages)
    #expect(tapped.now.calls.map(\.time) == plain.now.calls.map(\.time))
  }

  private final class Ending: Sendable {
    let isReached = Mutex(false)
  }

  @Test func aTapEndsWhenTheFileIsAnother() async throws {
    let qualys = try ServedQualys()
    let ending = Ending()
    let (_, readers) = try await serve(qualys) { service in
      let reader = try service.tap("detections", after: nil, where: nil)
      Task {
        for await _ in reader.samples {}
        ending.isReached.withLock { $0 = true }
      }
      qualys.change { $0.text = ServedQualys.file(every: "30m") }
      return [reader]
    } meanwhile: { _ in
      #expect(ending.isReached.withLock { $0 })
    }
    #expect(readers.count == 1)
  }

  @Test func wrongNamesAreToldTheRightOnes() throws {
    let service = try ServedQualys().service()
    let all = SluiceService([service], version: "1") { 0 }
    for (pipeline, stream, after, words) in [
      ("server", "detections", nil, "no pipeline 'server' runs here; there is served"),
      ("served", "detection", nil, "'served' has no stream 'detection'; there is detections"),
      ("served", "detections", "encode", "'detections' has no stage 'encode'; there is detections, decode-detections,"),
    ] {
      let error = #expect(throws: TapRefusal.self) {
        try all.tap(pipeline: pipeline, stream: stream, after: after, where: nil)
      }
      #expect(error?.description.hasPrefix(words) ?? false, "\(error?.description ?? "")")
      #expect(error?.reason == (after == nil ? .nothingThere : .wrong))
    }
  }
}
