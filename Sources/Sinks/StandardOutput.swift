internal import Glibc
package import Records
package import Streaming
internal import SystemPackage

/// Writes lines to standard output.
package final class StandardOutput: Sink {
  package typealias Input = Line

  package static let component = Component(
    "stdout",
    summary: "Writes lines to standard output as they come.",
    discussion: "When the reader goes away, as `head` does, the run ends quietly.",
    example: "- stdout"
  )

  /// The reader of standard output went away.
  package struct Closed: Error, CustomStringConvertible {
    package var description: String { "the reader of standard output went away, and other sinks wait for the rest" }
  }

  package private(set) var counts = SinkCounts()
  private let descriptor: Int32

  package init(descriptor: Int32 = STDOUT_FILENO) {
    self.descriptor = descriptor
    counts.destinations = ["standard output"]
  }

  package func write(_ batch: Batch<Line>) async throws {
    counts.entered += batch.records.count
    for run in batch.records.contiguousRuns() {
      unsafe try run.forEachChunk { chunk in try unsafe write(chunk) }
      counts.acknowledged += run.lineCount
      counts.bytes += run.byteCount
    }
  }

  package func finish() async throws {}
  package func discard() async {}

  private func write(_ bytes: UnsafeRawBufferPointer) throws {
    var offset = 0
    while offset < bytes.count {
      // The buffer is not empty here, so it has an address.
      let written = unsafe Glibc.write(descriptor, bytes.baseAddress! + offset, bytes.count - offset)
      if written >= 0 {
        offset += written
      } else if errno == EAGAIN {
        var poller = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        unsafe poll(&poller, 1, 200)
        try Task.checkCancellation()
      } else if errno == EPIPE {
        throw Closed()
      } else if errno != EINTR {
        throw DiskError("write to", "standard output", .init(rawValue: errno))
      }
    }
  }
}
