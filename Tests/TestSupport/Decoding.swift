package import Records
package import Simulator
internal import Stages
package import Streaming

/// Runs an answer through the decoder, in chunks of a size.
package struct Decoding {
  package var batches: ContiguousArray<Batch<Host>> = []
  package var meter = StageMeter("decode-detections")
  package let page: Page

  package init(_ answer: [UInt8], chunk: Int = 64 * 1024, page number: Int = 0) throws {
    try self.init(pieces: answer.pieces(of: chunk), page: number)
  }

  /// Reads an answer that comes in pieces.
  package init(pieces: some Sequence<[UInt8]>, page number: Int = 0) throws {
    var decoder = DecodeDetections()
    page = Page(number: number, origin: "test")
    for piece in pieces {
      let batch = Batch([DetectionsAnswer(AnswerBytes(piece))], of: page, at: Position(marks: 0))
      try decoder.decode(batch, into: &batches, meter: meter)
    }
    let end = Batch<DetectionsAnswer>([], of: page, at: Position(marks: 0, ending: .complete))
    try decoder.decode(end, into: &batches, meter: meter)
  }

  package var hosts: [Host] { batches.flatMap { $0.records } }
  package var failure: AnswerError? { page.report?.failure as? AnswerError }

  /// The detections of all hosts.
  package func detections() throws -> [Detection] {
    var split = SplitDetections()
    return try batches.flatMap { batch in
      var outlet = Outlet<Detection>()
      try split.process(batch, into: &outlet)
      return Array(outlet.records)
    }
  }

  /// The lines of all detections.
  package func lines(naming: LogFormat.Naming = .sumo) throws -> [Line] {
    var encode = EncodeJSON<Detection>(naming: naming)
    var split = SplitDetections()
    return try batches.flatMap { batch in
      var detections = Outlet<Detection>()
      try split.process(batch, into: &detections)
      var lines = Outlet<Line>()
      try encode.process(batch.replacingRecords(detections.take()), into: &lines)
      return Array(lines.records)
    }
  }

  /// The lines of all detections as text.
  package func text(naming: LogFormat.Naming = .sumo) throws -> [UInt8] {
    var text: [UInt8] = []
    for line in try lines(naming: naming) { try unsafe line.forEachChunk { unsafe text.append(contentsOf: $0) } }
    return text
  }
}

extension DetectionsSimulation {
  /// A whole page in memory.
  package func page(_ index: Int = 0) -> [UInt8] {
    var bytes: [UInt8] = []
    writePage(index) { bytes += $0 }
    return bytes
  }

  /// Some hosts.
  package init(
    hosts: Int,
    seed: UInt64 = 1,
    hostsPerPage: Int = 0,
    detectionsPerHost: Int? = nil,
    resultsBytes: Int? = nil
  ) {
    var options = Options()
    options.hosts = hosts
    options.seed = seed
    options.hostsPerPage = hostsPerPage
    options.detectionsPerHost = detectionsPerHost
    options.resultsBytes = resultsBytes
    self.init(options)
  }
}
