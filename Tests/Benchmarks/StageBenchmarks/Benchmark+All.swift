import Glibc
import Gzip
import JSONText
import Records
import Sinks
import Stages
import State
import Streaming
import TestSupport
import XMLEvents

/// Every hot path by itself, and the whole of `split` to standard output.
extension Benchmark {
  static var all: [Benchmark] { whole + reading + stages + writing }

  private static var whole: [Benchmark] {
    [
      Benchmark(name: "split to stdout", unit: .byte) {
        let chunks = Inputs.chunks(of: Inputs.detections).map { DetectionsAnswer(AnswerBytes($0)) }
        var split = SplitDetections()
        var encode = EncodeJSON<Detection>()
        let null = unsafe open("/dev/null", O_WRONLY | O_CLOEXEC)
        return (
          Inputs.detections.count,
          {
            try Inputs.decode(chunks, DecodeDetections()) { batch in
              var detections = Outlet<Detection>(capacity: batch.records.count)
              try split.process(batch, into: &detections)
              var lines = Outlet<Line>(capacity: detections.records.count)
              try encode.process(batch.replacingRecords(detections.take()), into: &lines)
              for run in lines.records.contiguousRuns() {
                try unsafe run.forEachChunk { chunk in _ = unsafe Glibc.write(null, chunk.baseAddress, chunk.count) }
              }
            }
          }
        )
      }
    ]
  }

  private static var reading: [Benchmark] {
    [
      Benchmark(name: "pre-filter", unit: .byte) {
        let chunks = Inputs.chunks(of: Inputs.detections)
        return (
          Inputs.detections.count,
          {
            var filter = XMLPreFilter()
            for chunk in chunks { unsafe chunk.withUnsafeBytes { unsafe filter.filter($0) { _, _ in } } }
          }
        )
      },
      .decoder("decode-detections", { DecodeDetections() }, on: { Inputs.detections }) {
        DetectionsAnswer(AnswerBytes($0))
      },
      .decoder("decode-knowledge-base", { DecodeKnowledgeBase() }, on: { Inputs.entries }) {
        KnowledgeBaseAnswer(AnswerBytes($0))
      },
      Benchmark(name: "JSON reading", unit: .byte) {
        let chunks = Inputs.chunks(of: Inputs.assets)
        return (
          Inputs.assets.count,
          {
            var reader = JSONPushReader()
            for chunk in chunks {
              try unsafe chunk.withUnsafeBytes { chunk in
                var index = 0
                while unsafe try reader.next(in: chunk, at: &index) != nil {}
              }
            }
          }
        )
      },
      .decoder("decode-assets", { DecodeAssets() }, on: { Inputs.assets }) { AssetsAnswer(AnswerBytes($0)) },
    ]
  }

  private static var stages: [Benchmark] {
    [
      stage("split-detections", { SplitDetections() }, on: Inputs.hostBatches),
      stage(
        "filter",
        {
          try Filter<Detection>(
            .of(Filter<Detection>.component, ["field": .text("DETECTION.SEVERITY"), "at-least": .text("3")])
          )
        },
        on: Inputs.detectionBatches
      ),
      stage(
        "select",
        { try Select<Detection>(.of(Select<Detection>.component, ["remove": .texts("DETECTION.RESULTS")])) },
        on: Inputs.detectionBatches
      ),
      stage(
        "rename",
        { try Rename<Detection>(.of(Rename<Detection>.component, ["IP": .text("Address")])) },
        on: Inputs.detectionBatches
      ),
      stage(
        "add-fields",
        { try AddFields<Detection>(.of(AddFields<Detection>.component, ["Team": .text("secops")])) },
        on: Inputs.detectionBatches
      ),
      stage("add-event-id", { AddEventID<Detection>(platform: "US2") }, on: Inputs.detectionBatches),
      Benchmark(name: "deduplicate", unit: .record) {
        let batches = try Inputs.detectionBatches().map { batch in
          var stage = AddEventID<Detection>(platform: "US2")
          var outlet = Outlet<Detection>(capacity: batch.records.count)
          try stage.process(batch, into: &outlet)
          return batch.replacingRecords(outlet.take())
        }
        var stage = Deduplicate<Detection>()
        return (
          batches.reduce(0) { $0 + $1.records.count },
          {
            // Of a pass before it would know all.
            let memory = MemoryState().memory("deduplicate", of: "detections")
            for batch in batches {
              var outlet = Outlet<Detection>(capacity: batch.records.count)
              try stage.process(batch, into: &outlet, memory: memory)
            }
          }
        )
      },
      Benchmark(name: "join", unit: .record) {
        let batches = try Inputs.detectionBatches()
        let entries = try EntriesAtHand(Inputs.entryBatches().flatMap(\.records))
        return (
          batches.reduce(0) { $0 + $1.records.count },
          { for batch in batches { _ = try KnowledgeBaseJoin.attach(to: batch.records, entries.append) } }
        )
      },
      stage("encode-json, detections", { EncodeJSON<Detection>() }, on: Inputs.detectionBatches),
      stage("encode-json, hosts", { EncodeJSON<Host>() }, on: Inputs.hostBatches),
      stage("encode-json, entries", { EncodeJSON<KnowledgeBaseEntry>() }, on: Inputs.entryBatches),
      stage("encode-json, assets", { EncodeJSON<Asset>() }, on: Inputs.assetBatches),
      stage("guard-size", { try GuardSize(.of(GuardSize.component, [:])) }, on: Inputs.lineBatches),
      stage("flatten-software", { FlattenSoftware() }, on: Inputs.assetBatches),
      Benchmark(name: "diff-ports", unit: .record) {
        let batches = try Inputs.assetBatches()
        var stage = try DiffPorts(.of(DiffPorts.component, [:]))
        let state = MemoryState()
        return (
          batches.reduce(0) { $0 + $1.records.count },
          {
            for batch in batches {
              var outlet = Outlet<Asset>(capacity: batch.records.count)
              try stage.process(batch, into: &outlet, memory: state.memory("diff-ports", of: "assets"))
            }
          }
        )
      },
    ]
  }

  private static var writing: [Benchmark] {
    ["1", "6"].map { level in
      Benchmark(name: "gzip \(level), lines of detections", unit: .byte) {
        var text: [UInt8] = []
        for batch in try Inputs.lineBatches() {
          for run in batch.records.contiguousRuns() {
            try unsafe run.forEachChunk { unsafe text.append(contentsOf: $0) }
          }
        }
        let lines = text
        let compressor = try GzipCompressor(level: Int(level) ?? 6)
        return (
          lines.count,
          {
            var output: [UInt8] = []
            unsafe lines.withUnsafeBytes { unsafe compressor.compress($0, into: &output) }
            compressor.finishMember(into: &output)
          }
        )
      }
    }
  }
}

/// Entries with the fields that `detections-enriched` selects, as a join has them.
private final class EntriesAtHand {
  private var places: [UInt64: JoinedEntries.Place] = [:]
  private var entries = JoinedEntries(memory: 32 << 20)

  init(_ all: [KnowledgeBaseEntry]) throws {
    let fields = ["TITLE", "CATEGORY", "CVE_LIST.CVE.ID", "CVSS_V3.BASE"].compactMap { FieldPath($0) }
    let qid = FieldPath("QID")
    for entry in all {
      guard let number = qid.flatMap({ entry.fields.number(at: $0) }) else { continue }
      places[number] = try entries.append(JoinedEntry(entry, fields: fields))
    }
  }

  func append(_ qid: UInt64?, to tape: inout TapeBuilder) throws -> Range<Int> {
    try entries.copy(qid.flatMap { places[$0] } ?? .missing, to: &tape)
  }
}
