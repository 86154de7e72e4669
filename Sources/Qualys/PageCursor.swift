internal import Foundation

/// Where a round goes on behind a committed page: small JSON that the state keeps with the page.
struct PageCursor: Codable, Sendable, Equatable {
  /// The form of these words; another one is not read.
  var version = Self.form
  /// The fingerprint of what was asked for.
  var options: String
  /// Since when the round asks; nil for everything.
  var since: String?
  /// Whether the entries of the quarantine were asked for again already.
  var isQuarantineAsked = false
  /// What the round passes over that is still ahead: some of it may have left the quarantine since the round began.
  var passedOver: [UInt64]?
  /// Which calls are at hand, where there are several kinds.
  var phase: String?
  /// Where the next page begins; nil for a beginning.
  var next: UInt64?
  /// The item that the page before it ended with.
  var last: UInt64?
  /// How many items a page was asked to hold.
  var limit: Int?
  /// Whether nothing is left: the round only has to be finished.
  var isDone = false

  private static let form = 1

  init(options: String, since: String?) {
    self.options = options
    self.since = since
  }

  /// Reads what ``bytes`` gave; nil when it is something else.
  init?(_ bytes: [UInt8]) {
    guard let read = try? JSONDecoder().decode(PageCursor.self, from: Data(bytes)), read.version == Self.form else {
      return nil
    }
    self = read
  }

  /// The cursor as JSON, its members in the order of their names.
  var bytes: [UInt8]? {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return (try? encoder.encode(self)).map { Array($0) }
  }
}
