internal import Glibc
internal import XMLEvents

/// Turns one XML answer into tapes as its bytes arrive.
///
/// Knows the frame that all answers of the FO API share (a root, RESPONSE, a list of items, a WARNING) and keeps every
/// element inside an item, known or not. Memory: one arena of 256 KiB to 512 KiB, whatever the answer's size; a host
/// larger than that comes in parts, a text larger than 1 MiB lies in a file.
@safe
package final class AnswerReader: @unchecked Sendable {
  // Sendable: its owner hands it to one task at a time.

  /// An arena with the items that end in it.
  package struct Sealed {
    package let arena: Arena
    package let items: [Item]
    /// Complete items of the page up to here.
    package let marks: Int
  }

  /// An item, or a part of one.
  package struct Item {
    package let fields: Fields
    /// Inner items, by their end tags.
    package let innerCount: Int

    /// The same item, so many marks later in its page.
    package func movingMark(by count: Int) -> Item {
      count == 0 ? self : Item(fields: fields.movingMark(by: count), innerCount: innerCount)
    }
  }

  let state: UnsafeMutablePointer<AnswerState>
  let parser: XMLPushParser
  var notice: EvaluationNotice?
  /// The first bytes.
  ///
  /// Parsing waits for them, so that what is said of an answer that is none does not depend on chunks.
  private var beginning: [UInt8] = []
  private(set) var hasBegun = false
  private(set) var failure: AnswerError?
  /// How far it was when it gave its last piece.
  var given = AnswerPiece.End()

  /// Creates a reader for one answer.
  package init(_ shape: AnswerShape, limits: AnswerLimits = AnswerLimits()) {
    unsafe state = .allocate(capacity: 1)
    unsafe state.initialize(to: AnswerState(shape, limits: limits))
    unsafe parser = XMLPushParser(AnswerState.callbacks, context: state)
    unsafe state.pointee.parser = Unmanaged.passUnretained(parser)
    notice = shape.hasStrayNotices ? EvaluationNotice() : nil
  }

  deinit {
    unsafe state.deinitialize(count: 1)
    unsafe state.deallocate()
  }

  /// Reads the next bytes.
  package func feed(_ bytes: [UInt8]) throws(AnswerError) {
    try unsafe bytes.withUnsafeBufferPointer { bytes throws(AnswerError) in
      try unsafe feed(UnsafeRawBufferPointer(bytes))
    }
  }

  /// Reads the next bytes.
  package func feed(_ bytes: UnsafeRawBufferPointer) throws(AnswerError) {
    if let failure { throw failure }
    if hasBegun { return try unsafe parse(bytes) }
    unsafe beginning.append(contentsOf: bytes)
    if beginning.count >= Self.beginningLength { try begin() }
  }

  private static let beginningLength = 512

  private func begin() throws(AnswerError) {
    let first = beginning
    beginning = Array(first.prefix(Self.beginningLength))
    hasBegun = true
    try unsafe first.withUnsafeBufferPointer { first throws(AnswerError) in
      try unsafe parse(UnsafeRawBufferPointer(first))
    }
  }

  private func parse(_ bytes: UnsafeRawBufferPointer) throws(AnswerError) {
    do {
      if notice == nil {
        try unsafe parser.feed(bytes)
      } else {
        try unsafe notice?.remove(from: bytes) { (piece) throws(XMLError) in try unsafe parser.feed(piece) }
      }
    } catch {
      throw fail(error)
    }
    if let error = unsafe state.pointee.failure { throw fail(error) }
  }

  /// Reads what waits for more bytes, when none will come: the answer broke off.
  package func flush() throws(AnswerError) {
    if !hasBegun { try begin() }
  }

  /// Says that no bytes follow.
  package func finish() throws(AnswerError) {
    if let failure { throw failure }
    if !hasBegun { try begin() }
    do {
      try unsafe notice?.finish { (piece) throws(XMLError) in try unsafe parser.feed(piece) }
      try parser.finish()
    } catch {
      throw fail(error)
    }
    if let error = unsafe state.pointee.failure { throw fail(error) }
    if let error = unsafe state.pointee.head.refusal(isErrorDocument: state.pointee.isErrorDocument) {
      throw fail(error)
    }
  }

  /// The arenas that are full, and the one at hand with the items complete in it.
  package func takeSealed() -> [Sealed] { unsafe state.pointee.takeSealed() }

  /// What was learned of the page so far.
  package var report: (head: AnswerHead, marks: Int, idsAscend: Bool, lastID: UInt64?, drift: Int) {
    let head = unsafe state.pointee.head
    return unsafe (
      head, state.pointee.marks, state.pointee.idsAscend, state.pointee.lastID, state.pointee.drift
    )
  }

  /// The id of the item at hand, if it has come; to be asked before ``takeSealed()``, once something went wrong.
  package var openID: UInt64? { unsafe state.pointee.openID }

  /// The ids of all items, where the shape asks for them.
  package var ids: [UInt64] { unsafe state.pointee.ids }

  /// Items and parts seen.
  package var itemCount: Int { unsafe state.pointee.itemTotal }

  package var repairedCharacters: Int { parser.repairedCharacters }
  package var keptReferences: Int { parser.keptReferences }

  private func fail(_ error: XMLError) -> AnswerError {
    if let stated = unsafe state.pointee.failure { return fail(stated) }
    // An error document that is cut off still says what Qualys said.
    if unsafe state.pointee.isErrorDocument, let error = unsafe state.pointee.head.refusal(isErrorDocument: true) {
      return fail(error)
    }
    if case .empty = error.reason { return fail(AnswerError.empty) }
    if unsafe !state.pointee.hasRoot, let error = AnswerError.classify(beginning) { return fail(error) }
    return fail(AnswerError.xml(error))
  }

  private func fail(_ error: AnswerError) -> AnswerError {
    var error = error
    // A web page that is good XML has its title, too.
    if case .html = error, let page = AnswerError.classify(beginning) { error = page }
    failure = error
    return error
  }
}

extension AnswerError {
  /// What an answer is that begins with these bytes and was not read as XML.
  static func classify(_ beginning: [UInt8]) -> AnswerError? {
    let text = String(decoding: beginning, as: UTF8.self)
    let lower = text.lowercased()
    if lower.contains("<html") || lower.contains("<!doctype html") {
      let title = lower.range(between: "<title>", and: "</title>").map { String(text[$0]) } ?? ""
      return .html(title: title.filter { !$0.isNewline })
    }
    let first = text.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
    guard let start = first.first else { return .empty }
    return start == "<" ? nil : .notXML(beginning: String(first.prefix(60)).filter { !$0.isNewline })
  }
}

extension String {
  /// Where the text between two marks stands.
  fileprivate func range(between start: String, and end: String) -> Range<String.Index>? {
    guard let begin = self.firstRange(of: start)?.upperBound, let stop = self[begin...].firstRange(of: end)?.lowerBound
    else { return nil }
    return begin..<stop
  }
}
