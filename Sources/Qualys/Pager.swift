package import Records
package import Streaming

/// How one API is asked for page after page: what to ask first, and after each answer.
package protocol Pager: Sendable {
  /// The bytes that the API answers with.
  associatedtype Answer: AnswerRecord

  /// The next request, or nil when the last page was complete.
  ///
  /// The same request again until one of the other functions moves on.
  mutating func request() async throws -> APIRequest?

  /// Goes on behind a page that was complete.
  /// - Throws: ``PagingError`` when the answer leads nowhere.
  mutating func finish(_ page: Page.Report) async throws

  /// Goes on behind the last complete item of a page that broke off.
  mutating func resume(after id: UInt64, of page: Page.Report)
}

/// An answer that leads nowhere: paging would go round in circles.
package struct PagingError: Error, Sendable, CustomStringConvertible {
  package let description: String
}
