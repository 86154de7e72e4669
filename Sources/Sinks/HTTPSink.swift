internal import DequeModule
internal import Gzip
package import Records
package import Streaming

/// Sends lines to an HTTP source, such as Sumo Logic's.
///
/// Requests never span pages, and end where the limits say, so a page that comes again is cut at the same lines and
/// its requests have the same keys. A full request waits until its last host is complete, for what is sent cannot be
/// taken back; when the requests that wait hold more than four full ones, a host larger than that, they go all the
/// same. Memory: for each request at work its lines and its compressed body, and the lines of those that wait.
package final class HTTPSink: Sink {
  package typealias Input = Line

  package static let component = Component(
    "http",
    summary: "Sends lines to an HTTP source, such as Sumo Logic's: gzip, one record per line.",
    discussion: """
      A page is acknowledged when the server has answered 2xx to all of it. After 408, 429, 5xx and broken connections \
      a request is sent again, with the same bytes and the same Idempotency-Key, after a random wait of up to 1 s, 2 s, \
      4 s … 300 s, or the time that Retry-After asks for. 400, 413 and 422 halve a request down to the one record that \
      is refused, which goes to the dead letters. 401, 403, 404 and other 4xx, 3xx and a certificate that cannot be \
      trusted end the run: nothing is acknowledged, and redirects are not followed.
      The key is the SHA-256 of PIPELINE/STREAM/OUTPUT (1 for the only one), a newline, and the body before compression. Requests are cut by size \
      and number of records within a page, so the same page always gives the same requests. They are sent in order, \
      one at a time; with more connections they may overtake each other. With at-least-once delivery a record can \
      arrive twice: after a broken connection, a kill, or a host that broke off after a part of it was sent.
      The URL is a secret: errors show its scheme, host and port.
      """,
    form: .options([
      Option("url", .text, required: true, "Where to send; usually ${SUMO_URL}, since who knows it can send, too."),
      Option(
        "headers",
        .entries(.text),
        "Headers of each request, such as X-Sumo-Category; Content-Type is text/plain."
      ),
      Option("batch", .size(1000...1_000_000), default: "1MB", "Lines in one request, before compression."),
      Option("records", .integer(1...10_000), default: "10000", "Records in one request; 1 for custom inventory."),
      Option("gzip", .integer(0...9), default: "6", "\(GzipCompressor.levels); 0 sends it as it is."),
      Option("connections", .integer(1...16), default: "1", "Requests at once; only with 1 do they keep their order."),
      Option("timeout", .duration(1...3600), default: "60s", "How long one try may take, its answer included."),
      Option(
        "give-up-after",
        .duration(1...31_536_000),
        default: "10m",
        """
        How long one request is tried before the run ends; what was not acknowledged is sent by the next. A service, and \
        a run that waits, try for a minute at most, say so, and begin the page anew, for ever.
        """
      ),
    ]),
    principal: "url",
    example: "- http: { url: \"${SUMO_URL}\", headers: { X-Sumo-Category: qualys/vmdr } }"
  )

  package private(set) var counts = SinkCounts()
  private let settings: Settings
  private let delivery: HTTPDelivery
  private let reject: @Sendable (_ line: Line, _ reason: String, _ page: Page) throws -> Void

  /// The request that is being filled.
  private var filling = RequestLines()
  /// Full requests whose last host may not be complete.
  private var waiting = Deque<RequestLines>()
  private var inFlight = Deque<Task<HTTPDelivery.Outcome, any Error>>()
  private var page: Page?

  /// Sends nothing yet; `scope` is the pipeline, stream and output, `reject` takes what the server refuses for ever.
  package init(
    _ settings: Settings,
    scope: String,
    sending: any HTTPSending,
    pace: Pace = .system,
    reject: @escaping @Sendable (_ line: Line, _ reason: String, _ page: Page) throws -> Void
  ) {
    self.settings = settings
    self.reject = reject
    delivery = HTTPDelivery(settings: settings, scope: scope, sending: sending, pace: pace)
    counts.destinations = ["\(settings.address)"]
  }

  // MARK: Taking lines

  package func write(_ batch: Batch<Line>) async throws {
    counts.entered += batch.records.count
    page = batch.page
    for line in batch.records {
      if !filling.hasRoom(for: line, bytes: settings.batchBytes, records: settings.records) { closeRequest() }
      filling.append(line)
    }
    switch batch.position.ending {
    case .none: try await startRequests(completeMarks: batch.position.marks)
    case .complete: try await commit()
    case .abandoned:
      cutBack(to: batch.position.marks)
      try await commit()
    }
  }

  private func closeRequest() {
    waiting.append(filling)
    filling = RequestLines()
  }

  /// Drops every line of the mark that broke off, where it is not too late.
  private func cutBack(to marks: UInt32) {
    closeRequest()
    for index in waiting.indices {
      let standing = RequestLines(waiting[index].lines.filter { $0.mark < marks })
      counts.abandoned += waiting[index].lines.count - standing.lines.count
      waiting[index] = standing
    }
  }

  /// Sends everything, and returns when the server has it.
  private func commit() async throws {
    closeRequest()
    try await startRequests(completeMarks: .max)
    while !inFlight.isEmpty { try await settleOldest() }
  }

  // MARK: Requests

  private func startRequests(completeMarks marks: UInt32) async throws {
    var bytes = waiting.reduce(0) { $0 + $1.byteCount }
    while let next = waiting.first {
      let isComplete = next.lines.last.map { $0.mark < marks } ?? true
      guard isComplete || bytes > 4 * settings.batchBytes else { return }
      waiting.removeFirst()
      bytes -= next.byteCount
      if next.lines.isEmpty { continue }
      while inFlight.count >= settings.connections { try await settleOldest() }
      inFlight.append(Task { [delivery] in try await delivery.deliver(next) })
    }
  }

  private func settleOldest() async throws {
    guard let oldest = inFlight.first, let page else { return }
    let outcome = try await withTaskCancellationHandler {
      try await oldest.value
    } onCancel: {
      oldest.cancel()
    }
    inFlight.removeFirst()
    for (line, reason) in outcome.refused { try reject(line, reason, page) }
    counts.rejected += outcome.refused.count
    counts.acknowledged += outcome.acknowledged
    counts.bytes += outcome.bytes
  }

  package func finish() async throws {
    try await commit()
    await delivery.sending.shutDown()
  }

  package func discard() async {
    for task in inFlight { task.cancel() }
    for task in inFlight { _ = await task.result }
    inFlight.removeAll()
    waiting.removeAll()
    await delivery.sending.shutDown()
  }
}
