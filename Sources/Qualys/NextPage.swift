internal import Streaming

/// Where the page behind a complete one begins: what Qualys says, if it leads on, else behind the last item that came.
enum NextPage {
  /// No id of Qualys' comes near; an id beyond it would jump over everything there is.
  static let largestID: UInt64 = 1_000_000_000_000_000

  /// The answer's own words on where to go on, as far as they lead somewhere.
  struct Step: Equatable {
    /// The first id of the next page; nil when the page was the last.
    var first: UInt64?
    /// What was wrong with the answer's own words.
    var doubt: String?
  }

  /// The next page by the WARNING of an XML answer that was asked for from `first` on.
  /// - Throws: ``PagingError`` when neither the WARNING nor an item of the page leads on.
  static func byWarning(_ page: Page.Report, from first: UInt64, path: String) throws(PagingError) -> Step {
    // A WARNING of something else (of an old version's end, say) is no further page.
    guard page.nextID != nil || page.warningCode == "1980" else { return Step() }
    let last = page.lastID ?? 0
    if let next = page.nextID, next > first, next > last, next <= largestID { return Step(first: next) }
    let said = page.nextID.map { "at id \($0)" } ?? "at no id"
    let doubt =
      "\(path): the next page is said to begin \(said), which is not behind this one "
      + "(asked for from \(first) on, ended at \(last))"
    // Hosts ascend: nothing lies between the last one and the next.
    guard page.marks > 0, page.idsAscend, last >= first, last < largestID else {
      throw PagingError(description: "\(doubt); the page is asked for again")
    }
    return Step(first: last + 1, doubt: "\(doubt); asked for behind its last one")
  }

  /// The asset behind which the next page begins, by `lastSeenAssetId` of an answer that was asked for behind `after`;
  /// nil when the page was the last.
  /// - Throws: ``PagingError`` when neither it nor an asset of the page leads on.
  static func byLastSeen(_ page: Page.Report, after: UInt64, path: String) throws(PagingError) -> Step {
    guard page.hasMore == true else { return Step() }
    let last = page.idsAscend ? page.lastID ?? 0 : 0
    if let seen = page.lastSeenID, seen > after, seen >= last, seen <= largestID { return Step(first: seen) }
    let doubt: String? = page.lastSeenID.map {
      "\(path): the next page is said to begin behind asset \($0), which does not lead on "
        + "(asked for behind \(after), ended at \(last))"
    }
    guard last > after, last <= largestID else {
      let what =
        doubt ?? "\(path): the answer says that more follows, but not behind which asset (asked for behind \(after))"
      throw PagingError(description: "\(what); the page is asked for again")
    }
    return Step(first: last, doubt: doubt.map { "\($0); asked for behind its last one" })
  }
}
