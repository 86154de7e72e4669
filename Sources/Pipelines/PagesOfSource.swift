internal import Qualys
internal import Streaming

/// The pages of a source that calls Qualys; what to ask for is looked up when they are first read.
struct PagesOfSource<S: APISource>: AsyncSequence, Sendable {
  typealias Element = Batch<S.Calls.Answer>
  typealias Failure = any Error

  let source: S
  let context: CallContext

  struct Iterator: AsyncIteratorProtocol {
    let source: S
    let context: CallContext
    // Reading goes on while the parser works.
    var pages: AheadOfReader<PagedBatches<S.Calls>>.AsyncIterator?

    mutating func next(isolation actor: isolated (any Actor)?) async throws -> Element? {
      if pages == nil {
        pages = AheadOfReader(PagedBatches(try source.pager(context), context)).makeAsyncIterator()
      }
      do {
        return try await pages?.next(isolation: actor)
      } catch is Stopped {
        // What was asked for has come; the run sees by its signal that the round is not finished.
        return nil
      }
    }

    mutating func next() async throws -> Element? { try await next(isolation: nil) }
  }

  func makeAsyncIterator() -> Iterator { Iterator(source: source, context: context) }
}

@available(*, unavailable)
extension PagesOfSource.Iterator: Sendable {}
