import Foundation
import Records
import Sinks
import Streaming
import TestSupport
import Testing

/// Lines on a pipe.
@Suite("stdout")
struct StandardOutputTests {
  /// A pipe's two ends.
  private struct Ends: ~Copyable {
    let reading: Int32
    let writing: Int32

    init() {
      // A write to a pipe without a reader is an error here, as in the program, and no signal.
      signal(SIGPIPE, SIG_IGN)
      var ends: [Int32] = [0, 0]
      unsafe pipe(&ends)
      reading = ends[0]
      writing = ends[1]
    }
  }

  @Test("Lines come out as they came in, each with its newline")
  func lines() async throws {
    let page = try TestLines.page([3, 2])
    let ends = Ends()
    let sink = StandardOutput(descriptor: ends.writing)
    for batch in page.batches(of: 2) { try await sink.write(batch) }
    try await sink.finish()
    close(ends.writing)
    let output = FileHandle(fileDescriptor: ends.reading, closeOnDealloc: true).readDataToEndOfFile()
    let expected = try TestLines.text(page.records)
    #expect(Array(output) == expected)
    #expect(sink.counts.entered == 5 && sink.counts.acknowledged == 5 && sink.counts.missing == 0)
    #expect(sink.counts.bytes == expected.count)
  }

  @Test("Lines that lie in a file come out, too")
  func longLine() async throws {
    let text = String(repeating: "long ", count: 300_000)
    let decoding = try Decoding(SmallPage(detection: "<RESULTS>\(text)</RESULTS>"))
    let page = RecordedPage(try decoding.lines(), marks: 1)
    let ends = Ends()
    let (reading, writing) = (ends.reading, ends.writing)
    // A thread of its own: writing blocks one that tests share until somebody reads.
    let (output, continuation) = AsyncStream<Data>.makeStream()
    Thread.detachNewThread {
      continuation.yield(FileHandle(fileDescriptor: reading, closeOnDealloc: true).readDataToEndOfFile())
      continuation.finish()
    }
    let sink = StandardOutput(descriptor: writing)
    for batch in page.batches(of: 1) { try await sink.write(batch) }
    close(writing)
    var read: [UInt8] = []
    for await data in output { read += data }
    #expect(try read == TestLines.text(page.records))
  }

  @Test("When the reader goes away, so does the writer, with an error of its own")
  func closedPipe() async throws {
    let page = try TestLines.page([1])
    let ends = Ends()
    close(ends.reading)
    let sink = StandardOutput(descriptor: ends.writing)
    await #expect(throws: StandardOutput.Closed.self) { try await sink.write(page.batches(of: 1)[0]) }
    #expect(sink.counts.acknowledged == 0)
    close(ends.writing)
  }

  @Test("Another error says what could not be done")
  func otherError() async throws {
    let page = try TestLines.page([1])
    let sink = StandardOutput(descriptor: -1)
    await #expect {
      try await sink.write(page.batches(of: 1)[0])
    } throws: { "\($0)".hasPrefix("cannot write to 'standard output'") }
  }

  @Test("Its documentation is complete")
  func documentation() throws {
    try StandardOutput.component.demandIsDocumented(for: StandardOutput.self, named: "stdout")
  }
}
