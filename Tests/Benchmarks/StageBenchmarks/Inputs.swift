import Records
import Simulator
import Stages
import Streaming
import TestSupport

/// Simulated answers, always the same, and what stages make of them.
enum Inputs {
  /// About 2.5 MB of detections.
  static let detections = DetectionsSimulation(hosts: 40, seed: 7).page()
  static let entries = KnowledgeBaseSimulation(
    seed: 7,
    qids: DetectionsSimulation(hosts: 4, seed: 7).detectedQIDs
  ).answer
  static let assets = AssetsSimulation(assets: 30, seed: 7).page()

  /// Pieces of the size that a file is read in.
  static func chunks(of answer: [UInt8]) -> [[UInt8]] {
    stride(from: 0, to: answer.count, by: 256 * 1024).map { Array(answer[$0..<min($0 + 256 * 1024, answer.count)]) }
  }

  /// Decodes a page, and passes its batches on as they come.
  static func decode<D: Decoder>(
    _ chunks: [D.Input],
    _ decoder: D,
    _ receive: (Batch<D.Output>) throws -> Void
  ) throws {
    var decoder = decoder
    let page = Page(number: 0, origin: "benchmark")
    let meter = StageMeter(D.component.name)
    var batches: ContiguousArray<Batch<D.Output>> = []
    for chunk in chunks {
      try decoder.decode(Batch([chunk], of: page, at: Position(marks: 0)), into: &batches, meter: meter)
      for batch in batches { try receive(batch) }
      batches.removeAll(keepingCapacity: true)
    }
    let end = Batch<D.Input>([], of: page, at: Position(marks: 0, ending: .complete))
    try decoder.decode(end, into: &batches, meter: meter)
    for batch in batches { try receive(batch) }
  }

  static func hostBatches() throws -> ContiguousArray<Batch<Host>> {
    var batches: ContiguousArray<Batch<Host>> = []
    let chunks = chunks(of: detections).map { DetectionsAnswer(AnswerBytes($0)) }
    try decode(chunks, DecodeDetections()) { batches.append($0) }
    return batches
  }

  static func detectionBatches() throws -> ContiguousArray<Batch<Detection>> {
    try through(SplitDetections(), hostBatches())
  }

  static func lineBatches() throws -> ContiguousArray<Batch<Line>> {
    try through(EncodeJSON<Detection>(), detectionBatches())
  }

  static func entryBatches() throws -> ContiguousArray<Batch<KnowledgeBaseEntry>> {
    var batches: ContiguousArray<Batch<KnowledgeBaseEntry>> = []
    let chunks = chunks(of: entries).map { KnowledgeBaseAnswer(AnswerBytes($0)) }
    try decode(chunks, DecodeKnowledgeBase()) { batches.append($0) }
    return batches
  }

  static func assetBatches() throws -> ContiguousArray<Batch<Asset>> {
    var batches: ContiguousArray<Batch<Asset>> = []
    let chunks = chunks(of: assets).map { AssetsAnswer(AnswerBytes($0)) }
    try decode(chunks, DecodeAssets()) { batches.append($0) }
    return batches
  }

  static func through<S: Stage>(
    _ stage: S,
    _ batches: ContiguousArray<Batch<S.Input>>
  ) throws -> ContiguousArray<Batch<S.Output>> {
    var stage = stage
    return try ContiguousArray(
      batches.map { batch in
        var outlet = Outlet<S.Output>()
        try stage.process(batch, into: &outlet)
        return batch.replacingRecords(outlet.take())
      }
    )
  }
}
