internal import Service

/// Asks each second and draws, until a key or a signal ends it.
struct TopLoop {
  private enum Event: Sendable {
    case terminal(Terminal.Event)
    case answer(Result<ServiceStatus, StatusFeed.Failure>)
  }

  private let feed: StatusFeed
  /// How it stood, the oldest first: rates are means over these seconds, for clocks tick in whole ones.
  private var known: [ServiceStatus] = []
  private var failure: StatusFeed.Failure?
  private var isPaused = false

  private static let seconds = 5

  init(_ feed: StatusFeed) { self.feed = feed }

  mutating func run() async {
    let terminal = Terminal()
    let (events, writer) = AsyncStream.makeStream(of: Event.self)
    let asking = Task { [feed] in
      while !Task.isCancelled {
        do throws(StatusFeed.Failure) {
          writer.yield(.answer(.success(try await feed.status())))
        } catch {
          writer.yield(.answer(.failure(error)))
        }
        try? await Task.sleep(for: .seconds(1))
      }
    }
    let watching = Task { [events = terminal.events] in for await event in events { writer.yield(.terminal(event)) } }
    draw(on: terminal)
    for await event in events {
      guard goesOn(after: event) else { break }
      draw(on: terminal)
    }
    asking.cancel()
    watching.cancel()
    terminal.restore()
    await asking.value
  }

  /// Whether the loop goes on.
  private mutating func goesOn(after event: Event) -> Bool {
    switch event {
    case .terminal(.stopped), .terminal(.key(UInt8(ascii: "q"))): return false
    case .terminal(.key(UInt8(ascii: "p"))): isPaused.toggle()
    case .terminal: break
    case .answer where isPaused: break
    case .answer(.failure(let failure)): self.failure = failure
    case .answer(.success(let status)):
      failure = nil
      known = known.suffix(Self.seconds) + [status]
    }
    return true
  }

  private func draw(on terminal: Terminal) {
    let (width, height) = Terminal.size
    var lines: [String] = []
    if let status = known.last {
      lines = TopScreen.lines(
        status,
        previous: known.count > 1 ? known.first : nil,
        width: width,
        height: height - 1,
        colour: true
      )
    }
    let last =
      if let failure { ScreenLine("\(failure); asked again each second", .red) } else if isPaused {
        ScreenLine("paused; p goes on, q quits", .yellow)
      } else {
        ScreenLine("q quits, p pauses", .dim)
      }
    terminal.draw(lines + [last.text(width: width, coloured: true)])
  }
}
