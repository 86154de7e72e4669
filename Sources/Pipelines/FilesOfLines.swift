internal import JSONText
package import Records
internal import Sinks
package import Streaming

/// Reads files whose lines are logs already, such as dead letters.
package struct FilesOfLines: Source {
  package typealias Output = Line

  package static var component: Component { FilesComponent.component }

  private let paths: [String]

  package init(_ options: Options) throws(OptionError) { paths = try FilesComponent.paths(options) }

  package func batches() -> some AsyncSequence<Batch<Line>, any Error> & Sendable { LineBatches(paths: paths) }
}

/// The lines of files, a page each; each line is a mark.
private struct LineBatches: AsyncSequence, Sendable {
  typealias Element = Batch<Line>
  typealias Failure = any Error

  let paths: [String]

  struct Iterator: AsyncIteratorProtocol {
    var chunks: FileBatches<DetectionsAnswer>.Iterator
    /// The beginning of a line whose end has not come.
    var rest: [UInt8] = []
    var marks = 0

    mutating func next(isolation actor: isolated (any Actor)?) async throws -> Batch<Line>? {
      guard let batch = try await chunks.next(isolation: actor) else { return nil }
      for chunk in batch.records { rest += chunk.content.bytes }
      if batch.position.ending == .complete, !rest.isEmpty { rest.append(UInt8(ascii: "\n")) }
      var writer = JSONWriter(capacity: rest.count + 64)
      var places: [Range<Int>] = []
      var start = rest.startIndex
      while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
        if end > start {
          let place = writer.count
          writer.append(Array(DeadLetters.original(of: rest[start..<end])))
          places.append(place..<writer.count)
          writer.append(UInt8(ascii: "\n"))
        }
        start = end + 1
      }
      rest = Array(rest[start...])
      let buffer = LineBuffer(writer)
      let first = marks
      let lines = places.enumerated().map { index, place in
        Line(place, of: buffer, fields: nil, format: nil, mark: UInt32(first + index))
      }
      marks += lines.count
      let position = Position(marks: marks, ending: batch.position.ending)
      if position.isEnd { conclude(batch.page) }
      return Batch(ContiguousArray(lines), of: batch.page, at: position)
    }

    mutating func next() async throws -> Batch<Line>? { try await next(isolation: nil) }

    private mutating func conclude(_ page: Page) {
      var report = Page.Report()
      report.marks = marks
      report.isComplete = page.transportFailure == nil
      report.failure = page.transportFailure.map { AnswerError.transport($0) }
      page.conclude(report)
      marks = 0
      rest = []
    }
  }

  func makeAsyncIterator() -> Iterator {
    Iterator(chunks: FileBatches<DetectionsAnswer>(paths: paths).makeAsyncIterator())
  }
}
