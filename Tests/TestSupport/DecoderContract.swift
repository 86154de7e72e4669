internal import Records
internal import Stages
package import Streaming

/// The contract of a decoder, tried on pages of bytes.
package struct DecoderContract<D: Decoder & Sendable>: Contract {
  package let name: String
  private let decoder: D
  private let pages: [RecordedPage<D.Input>]

  /// `pages` are answers, cut into chunks of some bytes: a chunk is a record here.
  package init(_ decoder: D, on pages: [RecordedPage<D.Input>]) {
    name = D.component.name
    self.decoder = decoder
    self.pages = pages
  }

  private func run(_ decoder: inout D, on batches: [Batch<D.Input>], _ meter: StageMeter? = nil) throws -> [String] {
    var given: ContiguousArray<Batch<D.Output>> = []
    for batch in batches {
      try decoder.decode(batch, into: &given, meter: meter ?? StageMeter(D.component.name))
    }
    let ends = given.map(\.position.isEnd)
    try demand(ends.last == true && ends.dropLast().allSatisfy { !$0 }, "a page has not one end, and last")
    // A host that comes in parts comes in the same parts only when it is cut the same: so compare detections.
    return given.flatMap { $0.records.flatMap(\.texts) }
  }

  package func givesTheSameForAnyCut() throws {
    for page in pages {
      var whole = decoder
      let expected = try run(&whole, on: page.batches(of: page.records.count))
      try demand(!expected.isEmpty, "gives nothing at all: the test shows nothing")
      for size in [1, 7, 1000] {
        var decoder = decoder
        try demand(try run(&decoder, on: page.batches(of: size)) == expected, "cut into \(size)s, a page differs")
      }
    }
  }

  package func forgetsAnAbandonedPage() throws {
    for page in pages {
      var fresh = decoder
      let expected = try run(&fresh, on: page.batches(of: 7))
      var used = decoder
      _ = try run(&used, on: page.brokenOff(after: page.records.count / 2, batchesOf: 7))
      try demand(try run(&used, on: page.batches(of: 7)) == expected, "a page that broke off changes the one after it")
    }
  }

  package func endsWithinOneBatchWhenCancelled() async throws {
    // A page that comes again and again: each time with its end, so that batches keep coming.
    let whole = pages[0].batches(of: pages[0].records.count)[0]
    try await Cancellation.check(EndlessBatches(whole)) { $0.through(decoder) }
  }

  package func passesErrorsThrough() async throws {
    try await UpstreamFailure.check(pages[0].batches(of: pages[0].records.count)) { $0.through(decoder) }
  }

  package func accountsForEveryRecord() async throws {
    for page in pages {
      let meter = StageMeter(D.component.name)
      var decoder = decoder
      var given: ContiguousArray<Batch<D.Output>> = []
      for batch in page.batches(of: 7) { try decoder.decode(batch, into: &given, meter: meter) }
      let counts = meter.current
      try demand(counts.missing == 0, "\(counts.missing) records are missing: \(counts)")
      try demand(counts.left == given.reduce(0) { $0 + $1.records.count }, "more or fewer came out than were counted")
    }
  }

  package func documentsItself() throws {
    try D.component.demandIsDocumented(for: D.self)
    try D.component.demandOptionsCanBeGiven { try D($0) }
  }
}

extension Record {
  /// A host as the texts of its detections, anything else as its own.
  fileprivate var texts: [String] {
    guard let host = self as? Host else { return [wholeText] }
    var texts: [String] = []
    let fields = host.fields
    fields.forEachDetection { range in
      let detection = Detection(Fields(arena: fields.arena, outer: fields.outer, inner: range, mark: fields.mark))
      texts.append(detection.wholeText)
    }
    return texts
  }
}
