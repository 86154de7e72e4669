internal import Health
internal import State

/// Where a round begins, or goes on.
struct RoundBeginning: Sendable {
  /// The fingerprint of what is asked for.
  var options: String
  /// Since when; nil for everything.
  var since: String?
  /// Whether everything is asked for although rounds were finished before.
  var isFull = false
  /// Where an unfinished round goes on; nil to begin one.
  var cursor: PageCursor?
}

extension CallContext {
  /// Where this round begins: behind the last committed page of an unfinished one, else at ``since``, else at the
  /// window.
  ///
  /// - Parameter options: The ``OptionsFingerprint`` of what the source asks for. When it is not the one of the rounds
  ///   before, the round asks for everything: windows of other options say nothing about these.
  /// - Throws: ``FirstRound``; what the state throws.
  func beginning(asking options: String) throws -> RoundBeginning {
    let windows = Windows(state)
    let before = try windows.fingerprint(of: stream)
    if before != options {
      try windows.note(options, of: stream, isOther: before != nil)
      if before != nil {
        notices.notice(
          "FullPull",
          .info,
          "the source asks for something else than in the rounds before: this round asks for everything"
        )
      }
    }
    let window = try windows.beginning(of: stream)
    if let cursor = usableCursor(asking: options) {
      return RoundBeginning(options: options, since: cursor.since, isFull: cursor.phase == "full", cursor: cursor)
    }
    guard let begin = since ?? window else {
      if needsBeginning { throw FirstRound(stream: stream) }
      return RoundBeginning(options: options)
    }
    return RoundBeginning(options: options, since: begin.text, isFull: begin == .all)
  }

  /// The cursor that was lent, if it is of a round like this one; if not, says why.
  private func usableCursor(asking options: String) -> PageCursor? {
    guard let bytes = cursor else { return nil }
    let reason: String
    if let cursor = PageCursor(bytes) {
      if cursor.options != options {
        reason = "the source asks for something else now"
      } else if let since, since.text != cursor.since {
        reason = "this round was told to begin at another time"
      } else {
        return cursor
      }
    } else {
      reason = "what the state holds about it cannot be read"
    }
    notices.notice(
      "RoundBegunAgain",
      .warning,
      "a round that was not finished is not gone on with, since \(reason): a new one begins, and some of what was "
        + "delivered comes again"
    )
    return nil
  }
}
