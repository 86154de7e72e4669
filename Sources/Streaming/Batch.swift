/// Records that travel together, so that one `await` is paid for many of them.
///
/// A batch belongs to one page, the answer that its records came in. The page's last batch always travels, even
/// empty, so that everyone downstream learns of the page's end. Three words wide: it stays inline in an existential.
public struct Batch<Element: Record>: Sendable {
  /// The records, in the order in which they stood in the page.
  public var records: ContiguousArray<Element>

  /// The answer that the records came in.
  public let page: Page

  /// Where in its page this batch ends.
  public let position: Position

  /// Creates a batch of a page.
  public init(_ records: ContiguousArray<Element>, of page: Page, at position: Position) {
    self.records = records
    self.page = page
    self.position = position
  }

  /// Other records at the same place of the same page.
  package func replacingRecords<Other>(_ records: ContiguousArray<Other>) -> Batch<Other> {
    Batch<Other>(records, of: page, at: position)
  }
}

/// Where in its page a batch ends.
public struct Position: Sendable, Hashable {
  /// How a batch ends its page, if it does.
  public enum Ending: UInt8, Sendable {
    /// More batches of this page follow.
    case none
    /// The page is whole: it can be committed.
    case complete
    /// The answer broke off: what lies before the last mark stands, what came after it is dropped everywhere.
    case abandoned
  }

  /// The marks, complete hosts (entries, assets) of this page, up to the end of this batch.
  ///
  /// In the batch that abandons a page, the number of marks that stand.
  public var marks: UInt32

  /// Whether this batch ends its page, and how.
  public var ending: Ending

  /// Creates a position after so many marks.
  public init(marks: Int, ending: Ending = .none) {
    self.marks = UInt32(clamping: marks)
    self.ending = ending
  }

  /// Whether no batch of this page follows.
  public var isEnd: Bool { ending != .none }
}
