internal import JSONText

/// Turns one assets answer into tapes as its bytes arrive.
///
/// Memory: one arena of about 256 KiB and the asset at hand, of 16 MiB at most, whatever the answer's size.
package final class AssetsReader {
  /// An arena's assets.
  package struct Sealed {
    package let assets: [Asset]
    /// Complete assets of the page up to here.
    package let marks: Int
  }

  private var state: AssetsState
  /// The first bytes.
  ///
  /// Reading waits for them, so that what is said of an answer that is none does not depend on chunks.
  private var beginning: [UInt8] = []
  private var hasBegun = false

  /// Creates a reader for one answer.
  package init(_ choice: FieldChoice = FieldChoice(), limits: AnswerLimits = .assets) {
    state = AssetsState(choice, limits: limits)
  }

  /// Reads the next bytes.
  package func feed(_ bytes: [UInt8]) throws(AnswerError) {
    if let failure = state.failure { throw failure }
    if hasBegun { return try read(bytes) }
    beginning += bytes
    if beginning.count >= Self.beginningLength { try begin() }
  }

  private static let beginningLength = 512

  private func begin() throws(AnswerError) {
    let first = beginning
    beginning = Array(first.prefix(Self.beginningLength))
    hasBegun = true
    if let error = Self.classify(beginning) { throw fail(error) }
    try read(first)
  }

  private func read(_ bytes: [UInt8]) throws(AnswerError) {
    unsafe bytes.withUnsafeBytes { unsafe state.read($0) }
    if let failure = state.failure { throw fail(failure) }
  }

  /// Reads what waits for more bytes, when none will come: the answer broke off.
  package func flush() throws(AnswerError) {
    if !hasBegun { try begin() }
  }

  /// Says that no bytes follow.
  package func finish() throws(AnswerError) {
    if let failure = state.failure { throw failure }
    if !hasBegun { try begin() }
    state.finish()
    if let failure = state.failure { throw fail(failure) }
  }

  private func fail(_ error: AnswerError) -> AnswerError {
    var error = error
    if case .notJSON = error { error = .notJSON(beginning: Self.firstWords(of: beginning)) }
    state.failure = error
    return error
  }

  /// What an answer is that begins with these bytes, unless it may be JSON.
  private static func classify(_ beginning: [UInt8]) -> AnswerError? {
    let words = firstWords(of: beginning)
    guard let first = words.first else { return nil }
    if first == "<", case .html(let title)? = AnswerError.classify(beginning) { return .html(title: title) }
    return first == "{" ? nil : .notJSON(beginning: words)
  }

  private static func firstWords(of beginning: [UInt8]) -> String {
    let text = String(decoding: beginning, as: UTF8.self)
    return String(text.drop { $0.isWhitespace || $0 == "\u{FEFF}" }.prefix(60)).filter { !$0.isNewline }
  }

  /// The arenas that are full, and the one at hand with the assets complete in it.
  package func takeSealed() -> [Sealed] { state.takeSealed() }

  /// Complete assets.
  package var marks: Int { state.marks }
  package var idsAscend: Bool { state.idsAscend }
  /// The id of the last complete asset.
  package var lastID: UInt64? { state.lastID }
  /// The id of the asset at hand, if it has come.
  package var openID: UInt64? { state.openID }
  package var hasMore: Bool? { state.envelope.hasMore }
  package var lastSeenID: UInt64? { state.envelope.lastSeenID }
  /// Names that came twice in an object, and other departures from the shapes we know.
  package var drift: Int { state.drift }
  package var repairedCharacters: Int { state.repairedCharacters }
}
