package import Records
package import Streaming

/// How one API is asked for page after page: what to ask first, and after each answer.
package protocol Pager: Sendable {
  /// The bytes that the API answers with.
  associatedtype Answer: AnswerRecord

  /// The id behind which is asked, 0 at a beginning: what comes must be above it, or it is no progress.
  var after: UInt64 { get }

  /// The item that the last page ended with, where the next one may repeat it; nil for none.
  var delivered: UInt64? { get }

  /// The next request, or nil when the last page was complete.
  ///
  /// The same request again until one of the other functions moves on.
  mutating func request() async throws -> APIRequest?

  /// Takes note of a page that is about to be read: of what holds as soon as it is committed.
  func begin(_ page: Page) throws

  /// Goes on behind a page that was complete.
  /// - Throws: ``PagingError`` when the answer leads nowhere.
  mutating func finish(_ page: Page.Report) async throws

  /// Goes on behind the last complete item of a page that broke off.
  mutating func resume(after id: UInt64, of page: Page.Report)

  /// Asks for less at a time; false when less than this cannot be asked for.
  mutating func shrink() -> Bool

  /// Which item it is that does not come, by a page that gave none.
  func suspect(_ page: Page.Report) throws -> Suspect

  /// Leaves an item out that did not come in so many calls, and goes on behind it; false when it cannot be that one.
  mutating func leaveOut(_ id: UInt64, tries: Int) throws -> Bool

  /// What lets another process go on behind a page as this pager would; nil where it would have to begin the round anew.
  func cursor(behind page: Page.Report) -> [UInt8]?
}

/// The item that keeps a page from coming.
package enum Suspect: Sendable, Equatable {
  /// This one, if it goes on so.
  case item(UInt64)
  /// This one, which is known not to come: no further try is worth a call.
  case known(UInt64)
  /// The first host that this call names.
  case firstHost(APIRequest)
  /// Nobody can tell.
  case unknown
}

extension Pager {
  package var delivered: UInt64? { nil }
  package func begin(_ page: Page) throws {}
  package mutating func shrink() -> Bool { false }
  package func suspect(_ page: Page.Report) throws -> Suspect { .unknown }
  package mutating func leaveOut(_ id: UInt64, tries: Int) throws -> Bool { false }
  package func cursor(behind page: Page.Report) -> [UInt8]? { nil }

  /// Goes on behind what a page that broke off gave; false when it gave nothing.
  ///
  /// An answer that ends where the one before it did is no progress, whatever it gave.
  package mutating func takeUp(_ page: Page.Report) -> Bool {
    guard page.marks > 0, page.idsAscend, let id = page.lastID, id > after else { return false }
    resume(after: id, of: page)
    return true
  }
}

/// An answer that leads nowhere: paging would go round in circles.
package struct PagingError: Error, Sendable, CustomStringConvertible {
  package let description: String
}
