package import Records
package import Streaming

/// Takes committed pages out of a spool, in order, to the sink that they are for.
///
/// After each page the spool keeps how far the sink is, together with the sink's own position: a kill repeats at most one
/// page, as it would without a spool. Memory: 2 MiB, and the sink's own.
package struct SpoolForwarding: Sendable {
  private let spool: Spool
  private let letters: DeadLetters
  private let make: @Sendable () throws -> any Sink<Line>
  private let onPage: @Sendable () -> Void

  /// - Parameters:
  ///   - letters: Where the sink puts what it refuses for ever; nobody else's.
  ///   - make: Makes the sink; called for each round, and after each failure.
  ///   - onPage: Called when the sink has a page.
  package init(
    _ spool: Spool,
    letters: DeadLetters,
    onPage: @escaping @Sendable () -> Void = {},
    make: @escaping @Sendable () throws -> any Sink<Line>
  ) {
    self.spool = spool
    self.letters = letters
    self.onPage = onPage
    self.make = make
  }

  /// Takes pages until the spool says that no more are wanted.
  ///
  /// - Throws: What the sink throws, or the disk; what the sink does not have stays in the spool. `CancellationError`.
  package func run() async throws {
    var sink: (any Sink<Line>)?
    do {
      while try await spool.waitForPage() {
        try await forwardPage(to: &sink)
        onPage()
      }
    } catch {
      await sink?.discard()
      throw error
    }
    await sink?.discard()
  }

  private func forwardPage(to sink: inout (any Sink<Line>)?) async throws {
    var (place, known) = await spool.forwarded
    let page = Page(number: place, origin: "a spool")
    var lines = 0
    while true {
      let open: any Sink<Line>
      if let sink {
        open = sink
      } else {
        open = try make()
        sink = open
        try await open.recover(known)
        // What it begins and a kill leaves behind is found again, as in a round.
        if known == nil, let position = open.position {
          try await spool.forwarded(to: place, lines: 0, sink: position)
        }
      }
      let piece = try await spool.piece(at: place)
      place = piece.end
      lines += piece.lines.count
      switch piece.ending {
      case .none: try await open.write(Batch(piece.lines, of: page, at: Position(marks: .max)))
      case .page:
        try await open.write(Batch(piece.lines, of: page, at: Position(marks: .max, ending: .complete)))
        let before = letters.count
        try letters.commit(page, marks: .max)
        let refused = letters.count - before
        spool.watch.change { $0.refused += refused }
        try await spool.forwarded(to: place, lines: lines, sink: open.position)
        return try await open.publish(open.position)
      case .round:
        try await open.finish()
        try await spool.forwarded(to: place, lines: lines, sink: nil)
        sink = nil
        return
      }
    }
  }
}
