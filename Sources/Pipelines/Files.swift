internal import Glibc
internal import Qualys
package import Records
package import Streaming

/// Reads saved answers: files, or standard input.
package struct Files<Answer: AnswerRecord>: Source {
  package typealias Output = Answer

  package static var component: Component { FilesComponent.component }

  private let paths: [String]

  package init(_ options: Options) throws(OptionError) { paths = try FilesComponent.paths(options) }

  package init(paths: [String]) { self.paths = paths }

  package func batches() -> some AsyncSequence<Batch<Answer>, any Error> & Sendable {
    // Reading and inflating go on while the parser works.
    AheadOfReader(FileBatches<Answer>(paths: paths))
  }
}

/// What `files` says about itself, whatever it reads.
enum FilesComponent {
  static let component = Component(
    "files",
    summary: "Reads saved answers from files or standard input, plain or gzip.",
    discussion: """
      Each file is one page. Paths can hold * and ?; files come in the order of their names. What kind of answer they \
      hold is told by the stage that follows, or by `as`. With `as: lines` each line is a log already, such as \
      another run or a dead-letter file has written.
      """,
    form: .options([
      Option("paths", .list(.path), required: true, "Paths, patterns, or - for standard input."),
      Option("as", .choice(["detections", "knowledge-base", "assets", "lines"]), "What the files hold."),
    ]),
    principal: "paths",
    example: "source: { files: \"saved/detections-*.xml.gz\" }"
  )

  /// The paths as they are written; patterns are looked up when a run begins.
  static func paths(_ options: Options) throws(OptionError) -> [String] { options.texts("paths") ?? [] }

  /// The files that a pattern names, in the order of their names; the pattern itself when there are none.
  ///
  /// What describes a capture's answers stands beside them and is none.
  static func expand(_ pattern: String) -> [String] {
    guard pattern.contains(where: { "*?[".contains($0) }) else { return [pattern] }
    var result = unsafe glob_t()
    defer { unsafe globfree(&result) }
    guard unsafe glob(pattern, 0, nil, &result) == 0 else { return [pattern] }
    let all = unsafe (0..<Int(result.gl_pathc)).compactMap { index in
      unsafe result.gl_pathv[index].map { unsafe String(cString: $0) }
    }
    return all.filter { !$0.hasSuffix(Capture.exchangeEnding) }
  }
}

/// The chunks of files, a page each.
struct FileBatches<Answer: AnswerRecord>: AsyncSequence, Sendable {
  typealias Element = Batch<Answer>
  typealias Failure = any Error

  let paths: [String]

  final class Reading {
    var reader: FileReader
    let page: Page
    init(_ path: String, number: Int) throws {
      reader = try FileReader(path)
      page = Page(number: number, origin: path == "-" ? "standard input" : path)
    }
  }

  struct Iterator: AsyncIteratorProtocol {
    let paths: [String]
    var number = 0
    var reading: Reading?

    mutating func next(isolation actor: isolated (any Actor)?) async throws -> Batch<Answer>? {
      // Nobody may want the rest.
      try Task.checkCancellation()
      if reading == nil {
        guard number < paths.count else { return nil }
        do {
          reading = try Reading(paths[number], number: number)
        } catch {
          return abandon(Page(number: number, origin: paths[number]), error)
        }
      }
      guard let reading else { return nil }
      do {
        if let bytes = try reading.reader.next() {
          return Batch([Answer(AnswerBytes(bytes))], of: reading.page, at: Position(marks: 0))
        }
      } catch let error as CancellationError {
        throw error
      } catch {
        return abandon(reading.page, error)
      }
      self.reading = nil
      number += 1
      return Batch([], of: reading.page, at: Position(marks: 0, ending: .complete))
    }

    mutating func next() async throws -> Batch<Answer>? { try await next(isolation: nil) }

    private mutating func abandon(_ page: Page, _ error: any Error) -> Batch<Answer> {
      page.transportFailure = "it cannot be read: \(error)"
      reading = nil
      number += 1
      return Batch([], of: page, at: Position(marks: 0, ending: .abandoned))
    }
  }

  func makeAsyncIterator() -> Iterator { Iterator(paths: paths.flatMap(FilesComponent.expand)) }
}

@available(*, unavailable)
extension FileBatches.Iterator: Sendable {}
