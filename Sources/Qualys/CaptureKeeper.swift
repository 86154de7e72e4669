internal import Foundation
package import Health
package import State
package import Streaming
internal import Synchronization

/// Captures of live rounds that are kept for a while, each in a folder of its own: `captures/PIPELINE/TIME-ROUND`.
///
/// It is a by-product: when a capture cannot be written, one event says so, and the run goes on.
package final class CaptureKeeper: Sendable {
  private let settings: CaptureSettings
  private let folder: String
  private let events: any EventRecorder
  private let pace: Pace
  private let disk: CaptureDisk
  private let writer = Mutex<CaptureWriter?>(nil)
  /// Captures that rounds of this process write now: streams of a service have rounds at the same time.
  private static let open = Mutex<Set<String>>([])

  /// - Parameter folder: Where each pipeline has a folder of captures.
  package init(
    _ settings: CaptureSettings,
    in folder: String,
    pipeline: String,
    events: any EventRecorder,
    pace: Pace = .system,
    disk: CaptureDisk = .system
  ) {
    self.settings = settings
    self.folder = "\(folder)/\(pipeline)"
    self.events = events
    self.pace = pace
    self.disk = disk
  }

  /// Puts the capture between what gives a stream its answers, still as on the wire, and what reads them.
  ///
  /// Above answers that are read ahead it sees them when they are wanted: the newest exchange is the one that is read.
  package func capturing(_ transport: any Transport) -> any Transport {
    CapturingTransport(transport, .byProduct(events)) { [self] in writer.withLock { $0 } }
  }

  /// A recorder that hands events on, and keeps the exchanges at hand when one of them is of trouble.
  package var watchedEvents: any EventRecorder {
    WatchedEvents(events: events) { [self] in keepLast() }
  }

  /// Keeps the exchanges at hand, since something about them failed.
  package func keepLast() { writer.withLock { $0 }?.keepLast() }

  /// Begins the capture of a round, at the run's time for it, seconds since 1970.
  ///
  /// - Parameter state: The state as the round finds it, kept beside the exchanges when all of them are.
  package func begin(round: Int, at time: Int, state: SQLiteState?) {
    let isWhole = settings.on == .always
    do {
      let path = "\(folder)/\(Self.name(of: round, at: pace.date()))"
      let writer = try CaptureWriter(path, onlyFailures: !isWhole, disk: disk)
      _ = Self.open.withLock { $0.insert(path) }
      if isWhole, let state { try writer.keep(state) }
      writer.begin(round: round, at: time)
      self.writer.withLock { $0 = writer }
    } catch {
      tell("CaptureStopped", "\(error); the round is not captured")
    }
  }

  /// Ends the round's capture; one of failures goes when nothing failed.
  package func end() {
    let last = writer.withLock { writer in
      defer { writer = nil }
      return writer
    }
    guard let last else { return }
    _ = Self.open.withLock { $0.remove(last.path) }
    guard settings.on == .error, !last.hasFailures else { return }
    try? FileManager.default.removeItem(atPath: last.path)
  }

  /// Removes the captures that are older than they are to be kept, and the oldest while there are too many bytes of them;
  /// touches neither those that are being written nor anything else in the folder.
  package func removeOld() {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let open = Self.open.withLock { $0 }
    let captures = names.compactMap { name in Self.time(of: name).map { (path: "\(folder)/\(name)", time: $0) } }
      .filter { !open.contains($0.path) }
      .sorted { ($0.time, $0.path) < ($1.time, $1.path) }
    // Nobody needs to know how large they are where any number may be kept.
    var bytes = settings.maximum == nil ? 0 : captures.reduce(0) { $0 + Self.size(of: $1.path) }
    for capture in captures {
      let isOld = capture.time < pace.date() - settings.keep
      guard isOld || settings.maximum.map({ bytes > $0 }) ?? false else { continue }
      if settings.maximum != nil { bytes -= Self.size(of: capture.path) }
      do {
        try FileManager.default.removeItem(atPath: capture.path)
      } catch {
        tell(
          "CaptureNotRemoved",
          "the old capture '\(capture.path)' cannot be removed: \(error.localizedDescription)"
        )
      }
    }
  }

  /// How many bytes the files of a capture have.
  private static func size(of capture: String) -> Int {
    let files = FileManager.default.enumerator(atPath: capture)
    var bytes = 0
    while files?.nextObject() != nil {
      guard let attributes = files?.fileAttributes, attributes[.type] as? FileAttributeType == .typeRegular else {
        continue
      }
      bytes += attributes[.size] as? Int ?? 0
    }
    return bytes
  }

  private func tell(_ tracker: String, _ message: String) {
    var event = HealthEvent(.firstPartyGeneric, .warning, stream: "", message)
    event.tracker = tracker
    events.record(event)
  }

  // MARK: - Names: 20261122T013226Z-1

  private static func name(of round: Int, at time: Int) -> String {
    ServerTime.text(time).filter { $0 != "-" && $0 != ":" } + "-\(round)"
  }

  private static func time(of name: String) -> Int? {
    let parts = name.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].utf8.count == 16, Int(parts[1]) != nil else { return nil }
    let t = Array(parts[0])
    func part(_ range: Range<Int>) -> String { String(t[range]) }
    return ServerTime.seconds(
      "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))T\(part(9..<11)):\(part(11..<13)):\(part(13..<15))Z"
    )
  }
}

/// Events on their way to where they are recorded.
private struct WatchedEvents: EventRecorder {
  let events: any EventRecorder
  let onTrouble: @Sendable () -> Void

  func record(_ event: HealthEvent) {
    if event.severity != .info, !event.isRecovery { onTrouble() }
    events.record(event)
  }
}
