internal import Blocks
internal import Glibc
internal import XMLEvents

/// The reader's state as the parser's callbacks see it: a struct behind a pointer, for speed.
@safe
struct AnswerState: ~Copyable {
  /// Must come first: the parser's own callbacks look for it here.
  var context = XMLPushParser.Context()
  var parser: Unmanaged<XMLPushParser>?

  let shape: AnswerShape
  let limits: AnswerLimits
  var names: NameInterner
  var tape: TapeBuilder

  var failure: AnswerError? {
    didSet { hasFailed = failure != nil }
  }
  /// Looked at for each piece of text, where the error itself would be too large to look at.
  var hasFailed = false
  var head = AnswerHead()
  var hasRoot = false
  var isErrorDocument = false
  var marks = 0
  var idsAscend = true
  var lastID: UInt64?
  /// The first id of the piece of the answer at hand.
  var firstID: UInt64?
  /// The ids of all items, zero for one without, where the shape asks for them.
  var ids: [UInt64] = []
  var drift = 0
  var itemTotal = 0
  var sealed: [AnswerReader.Sealed] = []

  /// Open elements of the document.
  var depth = 0
  /// The depth of the open item; 0 outside items.
  ///
  /// Its fields stand one deeper and have depth 1 on the tape.
  var itemDepth = 0
  var listDepth = 0
  /// Whether the list was closed: nothing after it is a member of it.
  var hasLeftList = false

  // The open item.
  struct PendingItem {
    var outer: Range<Int>
    var inner: Range<Int>
    var innerCount: Int
    var mark: Int
  }
  var pending: [PendingItem] = []
  var itemNode = 0
  var itemByte = 0
  var idNode = -1
  /// Where the item's fields end, once its inner list has begun.
  var outerEnd = -1
  var innerStart = 0
  var innerEnd = -1
  var innerStartByte = 0
  var innerCount = 0
  var innerItemByte = 0
  /// Fields that came after the inner list.
  var late: [Range<Int>] = []
  var lateStart = -1
  var isInInnerList = false
  var isInInnerItem = false
  var itemRepairs = 0

  // The run of text at hand: a leaf's, or a piece between children.
  var runNode = -1
  var runStart = 0
  var runKeepsSpace = false
  var runHasCDATA = false
  var cdataEnd = 0
  var runFile: SpilledBytes?

  /// The node last seen with a name at a depth, counted over all tapes: tells repeated siblings at no cost.
  let lastSeen: UnsafeMutablePointer<Int>
  /// The open element at a depth, counted likewise.
  let openNode: UnsafeMutablePointer<Int>
  /// What a node's place on this tape must be raised by to count over all tapes.
  var nodeBase = 1

  static let depths = 64
  static let numbers = 1024

  init(_ shape: AnswerShape, limits: AnswerLimits) {
    self.shape = shape
    self.limits = limits
    names = NameInterner(limit: limits.names)
    tape = TapeBuilder(byteCapacity: limits.batchBytes * 5 / 4, nodeCapacity: 8192)
    // Zeroed memory that is only touched where names occur.
    unsafe lastSeen = calloc(Self.depths * Self.numbers, MemoryLayout<Int>.stride)!.assumingMemoryBound(to: Int.self)
    unsafe openNode = calloc(Self.depths + 1, MemoryLayout<Int>.stride)!.assumingMemoryBound(to: Int.self)
  }

  deinit {
    unsafe free(lastSeen)
    unsafe free(openNode)
  }

  static var callbacks: XMLPushParser.Callbacks {
    unsafe XMLPushParser.Callbacks(
      start: { context, name, attributes in
        guard let state = unsafe context?.assumingMemoryBound(to: AnswerState.self), let name = unsafe name else {
          return
        }
        unsafe state.pointee.start(name, attributes)
      },
      end: { context, _ in
        unsafe context?.assumingMemoryBound(to: AnswerState.self).pointee.end()
      },
      characters: { context, text, count in
        guard let state = unsafe context?.assumingMemoryBound(to: AnswerState.self), let text = unsafe text else {
          return
        }
        unsafe state.pointee.characters(text, Int(count))
      },
      cdata: { context, text, count in
        guard let state = unsafe context?.assumingMemoryBound(to: AnswerState.self), let text = unsafe text else {
          return
        }
        unsafe state.pointee.cdata(text, Int(count))
      }
    )
  }

  mutating func start(_ name: UnsafePointer<UInt8>, _ attributes: UnsafeMutablePointer<UnsafePointer<UInt8>?>?) {
    guard !hasFailed else { return }
    depth += 1
    if itemDepth > 0 {
      unsafe startField(name, attributes)
    } else {
      unsafe startOutside(name)
      if itemDepth > 0, let attributes = unsafe attributes {
        unsafe appendAttributes(attributes, level: 0)
        if runNode >= 0 { tape.truncateNodes(to: runNode) }
        runNode = -1
      }
    }
  }

  mutating func end() {
    guard !hasFailed else { return }
    if itemDepth > 0 {
      endField()
    } else {
      if depth == listDepth { leaveList() } else { head.end() }
      if depth == 1 { context.isRootClosed = true }
    }
    depth -= 1
  }

  mutating func leaveList() {
    listDepth = 0
    hasLeftList = true
  }

  mutating func startOutside(_ name: UnsafePointer<UInt8>) {
    guard depth <= limits.depth else { return fail("elements are nested more than \(limits.depth) deep") }
    guard let (known, _) = unsafe names.look(up: name) else {
      return fail("the answer has more than \(limits.names) different names")
    }
    if depth == 1 {
      hasRoot = true
      let root = known.text
      isErrorDocument = root == "SIMPLE_RETURN" || root == "GENERIC_RETURN"
      if root.lowercased() == "html" {
        failure = .html(title: "")
      } else if root != shape.root, !isErrorDocument {
        failure = .unexpectedRoot(root, expected: shape.root)
      }
    }
    if depth == 3, known == shape.list {
      listDepth = depth
    } else if listDepth > 0, depth == listDepth + 1, known == shape.item {
      startItem()
    } else {
      head.start(known.text)
    }
  }

  mutating func startItem() {
    itemDepth = depth
    itemNode = tape.nodeCount
    itemByte = tape.byteCount
    idNode = -1
    outerEnd = -1
    innerEnd = -1
    innerCount = 0
    late = []
    lateStart = -1
    itemRepairs = 0
    // Whatever was replaced before the item belongs to no item; it is counted all the same.
    _ = repairsBeforeHere()
    runNode = -1
    // Children of the item are newer than this, children of any item before it are older.
    unsafe openNode[0] = nodeBase + itemNode - 1
  }

  mutating func fail(_ what: String) { failure = .exceedsLimit(what) }
}
