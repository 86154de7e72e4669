internal import Foundation

/// The terminal as a screen of its own: keys come as they are pressed, and at the end all is as it was.
final class Terminal {
  enum Event: Sendable {
    case key(UInt8)
    case resized
    case stopped
  }

  /// Keys, changes of size, and signals to end, as they come.
  let events: AsyncStream<Event>
  private let before: termios
  private var sources: [any DispatchSourceProtocol]

  /// Whether both ends are a person's.
  static var isThere: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 }

  /// Takes the screen; ``restore()`` gives it back.
  init() {
    var settings = termios()
    unsafe tcgetattr(STDIN_FILENO, &settings)
    before = settings
    settings.c_lflag &= ~tcflag_t(ICANON | ECHO)
    unsafe tcsetattr(STDIN_FILENO, TCSANOW, &settings)
    let (events, writer) = AsyncStream.makeStream(of: Event.self)
    self.events = events
    // The one that stops a program in the background would leave it behind on this screen.
    signal(SIGTSTP, SIG_IGN)
    let signals = [(SIGINT, Event.stopped), (SIGTERM, .stopped), (SIGHUP, .stopped), (SIGWINCH, .resized)]
    sources = signals.map { number, event in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { writer.yield(event) }
      return source
    }
    let keys = DispatchSource.makeReadSource(fileDescriptor: STDIN_FILENO, queue: .global())
    keys.setEventHandler {
      var key: UInt8 = 0
      // The end of its input is the end of the terminal.
      writer.yield(unsafe read(STDIN_FILENO, &key, 1) == 1 ? .key(key) : .stopped)
    }
    sources.append(keys)
    for source in sources { source.resume() }
    // The other screen, no cursor, no line that goes on in the next.
    Self.write("\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l")
  }

  func restore() {
    Self.write("\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l")
    var settings = before
    unsafe tcsetattr(STDIN_FILENO, TCSANOW, &settings)
    for source in sources { source.cancel() }
  }

  /// Columns and lines; 80 and 24 where nobody knows.
  static var size: (width: Int, height: Int) {
    var size = winsize()
    guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
      return (80, 24)
    }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// Puts lines in the place of those that stood there, all at once.
  func draw(_ lines: [String]) {
    let text = lines.map { "\u{1B}[2K\($0)" }.joined(separator: "\r\n")
    let rest = lines.count < Self.size.height ? "\r\n\u{1B}[0J" : ""
    Self.write("\u{1B}[?2026h\u{1B}[H\(text)\(rest)\u{1B}[?2026l")
  }

  /// Of a terminal that is gone a signal tells.
  private static func write(_ text: String) { try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8)) }
}
