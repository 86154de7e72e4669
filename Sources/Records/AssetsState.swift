internal import Glibc
internal import JSONText

/// How far an assets answer was read.
@safe
struct AssetsState: ~Copyable {
  var failure: AnswerError?
  private(set) var envelope = AssetsEnvelope()
  private(set) var marks = 0
  private(set) var idsAscend = true
  private(set) var lastID: UInt64?
  var drift = 0
  /// The id of the asset at hand, if it has come.
  var openID: UInt64? { isInAsset ? assetID : nil }
  var repairedCharacters: Int { reader.repairedCharacters }

  var reader: JSONPushReader
  let limits: AnswerLimits
  let choice: FieldChoice
  var names: JSONNames
  var tape: TapeBuilder
  private var sealed: [AssetsReader.Sealed] = []
  /// Complete assets on the tape.
  private var pending: [(nodes: Range<Int>, mark: Int)] = []

  // Outside assets.
  private var hasRoot = false
  private var rootName = ""
  private var listName = ""
  /// Whether the elements of `assetListData.asset` follow.
  private var isInList = false
  private var hasList = false

  // The open asset.
  var isInAsset = false
  var assetStart = 0
  private var assetNode = 0
  private var assetByte = 0
  var assetID: UInt64?
  /// The name that came before the value at hand; elements of arrays have none.
  var name = Name(id: 0)
  var hasName = false
  /// The depth at which a member that is left out will end; -1 when none is.
  var skippedDepth = -1
  /// Where the open objects and arrays stand in the choice of fields, by depth.
  private var places: [FieldChoice.Place]
  private var memberPlace = FieldChoice.Place.outside

  /// The node last seen with a name at a depth, counted over all tapes: tells names that come twice at no cost.
  let lastSeen: UnsafeMutablePointer<Int>
  /// The open object at a depth, counted likewise.
  let openNode: UnsafeMutablePointer<Int>
  /// Which names are likely to follow.
  var succession = NameSuccession()
  /// What a node's place on this tape must be raised by to count over all tapes.
  var nodeBase = 1

  private static let depths = 65
  static let numbers = 4096
  /// The answer, `assetListData`, `asset`, and the asset itself.
  static let assetDepth = 4
  let assetIDName = Name("assetId")

  init(_ choice: FieldChoice, limits: AnswerLimits) {
    self.choice = choice
    self.limits = limits
    reader = JSONPushReader(depthLimit: limits.depth, lengthLimit: limits.recordBytes)
    names = JSONNames(limit: limits.names)
    tape = TapeBuilder(byteCapacity: limits.batchBytes * 5 / 4, nodeCapacity: 8192 + 2 * Self.window)
    places = Array(repeating: .outside, count: Self.depths + 1)
    // Zeroed memory that is only touched where names occur.
    unsafe lastSeen = calloc(Self.depths * Self.numbers, MemoryLayout<Int>.stride)!.assumingMemoryBound(to: Int.self)
    unsafe openNode = calloc(Self.depths + 1, MemoryLayout<Int>.stride)!.assumingMemoryBound(to: Int.self)
  }

  deinit {
    unsafe free(lastSeen)
    unsafe free(openNode)
  }

  mutating func read(_ chunk: UnsafeRawBufferPointer) {
    var index = 0
    do throws(JSONError) {
      while failure == nil {
        if isInAsset, skippedDepth < 0, choice.isEverything { unsafe readMembers(of: chunk, at: &index) }
        guard let event = try unsafe reader.next(in: chunk, at: &index) else { return }
        if isInAsset {
          if reader.offset(at: index) - assetStart > limits.recordBytes { return failAsset() }
          take(event)
        } else {
          takeOutside(event, at: index)
        }
      }
    } catch {
      fail(error)
    }
  }

  mutating func finish() {
    do throws(JSONError) {
      _ = try reader.finish()
    } catch {
      return fail(error)
    }
    failure = envelope.refusal ?? envelope.omission(assets: marks, hasList: hasList)
    if let count = envelope.count, count != marks { drift += 1 }
  }

  private mutating func fail(_ error: JSONError) {
    if isInAsset, case .length = error.reason { return failAsset() }
    // An error that is cut off still says what Qualys said.
    failure = envelope.refusal ?? (error.reason == .empty ? .empty : .json(error))
  }

  private mutating func failAsset() {
    let which = assetID.map { "asset \($0)" } ?? lastID.map { "the asset after \($0)" } ?? "the first asset"
    failure = .exceedsLimit("\(which) exceeds \(limits.recordBytes >> 20) MiB")
  }

  // MARK: Outside assets

  private mutating func takeOutside(_ event: JSONPushReader.Event, at index: Int) {
    if !hasRoot {
      hasRoot = true
      guard event == .openObject else {
        failure = .notJSON(beginning: "")
        return
      }
    }
    switch event {
    case .name: takeOutsideName()
    case .openObject where isInList && reader.depth == Self.assetDepth: startAsset(at: index)
    case .openArray where reader.depth == 3 && rootName == "assetListData" && listName == "asset":
      isInList = true
      hasList = true
    case .openObject, .openArray: if isInList { failElement("an array") }
    case .closeArray: isInList = false
    case .closeObject: break
    case .string, .number, .literal:
      if isInList {
        let isNull = unsafe reader.text.elementsEqual("null".utf8)
        if event == .literal, isNull { drift += 1 } else { failElement("a \(event == .string ? "string" : "number")") }
      } else if reader.depth == 1 {
        unsafe envelope.take(reader.text, of: rootName)
      } else {
        unsafe envelope.take(reader.text, within: rootName)
      }
    }
  }

  private mutating func failElement(_ what: String) {
    failure = .notAssets("an element of 'assetListData.asset' is \(what) and not an object")
  }

  private mutating func takeOutsideName() {
    guard reader.depth <= 2 else { return }
    let text = unsafe String(decoding: JSONUnescape.text(of: reader.text).prefix(100), as: UTF8.self)
    if reader.depth == 1 {
      rootName = text
      listName = ""
      envelope.meet(text)
    } else {
      listName = text
    }
  }

  // MARK: Assets

  private mutating func startAsset(at index: Int) {
    isInAsset = true
    assetStart = reader.offset(at: index)
    assetNode = tape.nodeCount
    assetByte = tape.byteCount
    assetID = nil
    forgetName()
    succession.open(isObject: true, depth: 0)
    places[0] = choice.root
    // Members of the asset are newer than this, those of any asset before it are older.
    unsafe openNode[0] = nodeBase + assetNode - 1
  }

  @inline(__always)
  private mutating func take(_ event: JSONPushReader.Event) {
    if skippedDepth >= 0 { return skip(event) }
    switch event {
    case .name: takeName()
    case .openObject: open(.object)
    case .openArray: open(.array)
    case .closeObject: if reader.depth < Self.assetDepth { endAsset() }
    case .closeArray: break
    case .string: takeValue(.string)
    case .number, .literal: takeValue(.bare)
    }
  }

  /// The depth on the tape of what stands in the innermost open object or array.
  private var depth: Int { reader.depth - Self.assetDepth + 1 }

  @inline(__always)
  private mutating func takeName() {
    guard let (name, number) = unsafe names.look(up: reader.text) else { return failName() }
    if !choice.isEverything {
      guard let place = choice.member(name, of: places[depth - 1], isTop: depth == 1) else {
        if depth == 1, name == assetIDName { assetID = nil }
        skippedDepth = reader.depth
        return
      }
      memberPlace = place
    }
    self.name = name
    hasName = true
    succession.meet(number, depth: depth)
    let node = nodeBase + tape.nodeCount
    let seen = depth * Self.numbers + number
    let before = unsafe lastSeen[seen]
    unsafe lastSeen[seen] = node
    if unsafe before > openNode[depth - 1] {
      tape.setFlag(Node.Flags.superseded, of: before - nodeBase)
      drift += 1
    }
  }

  @inline(never)
  private mutating func failName() {
    let length = unsafe reader.text.count
    failure = .exceedsLimit(
      length > 1024
        ? "the answer has a name of \(length) bytes" : "the answer has more than \(limits.names) different names"
    )
  }

  private mutating func open(_ kind: Node.JSONKind) {
    let depth = depth - 1
    unsafe openNode[depth] = nodeBase + tape.nodeCount
    // Elements of an array stand where their array does.
    if !choice.isEverything { places[depth] = hasName ? memberPlace : places[depth - 1] }
    tape.append(name, json: kind, depth: depth)
    succession.open(isObject: kind == .object, depth: depth)
    forgetName()
  }

  @inline(__always)
  private mutating func takeValue(_ kind: Node.JSONKind) {
    if depth == 1, name == assetIDName { unsafe assetID = UInt64(digits: reader.text) }
    tape.append(name, json: kind, depth: depth)
    unsafe tape.append(reader.text)
    forgetName()
  }

  @inline(__always)
  private mutating func forgetName() {
    name = Name(id: 0)
    hasName = false
  }

  /// Passes over what is left out.
  private mutating func skip(_ event: JSONPushReader.Event) {
    switch event {
    case .name, .openObject, .openArray: return
    case .closeObject, .closeArray, .string, .number, .literal:
      if reader.depth == skippedDepth { skippedDepth = -1 }
    }
  }

  private mutating func endAsset() {
    isInAsset = false
    pending.append((assetNode..<tape.nodeCount, marks))
    if let assetID {
      if let lastID, assetID <= lastID { idsAscend = false }
      lastID = assetID
    } else {
      idsAscend = false
    }
    marks += 1
    if tape.byteCount + tape.nodeCount * MemoryLayout<Node>.stride >= limits.batchBytes { seal() }
  }

  // MARK: Sealing

  /// A tape for as much as the last one held, and a window behind that, so that it seldom grows.
  private func newTape() -> TapeBuilder {
    let nodes = max(8192, pending.last?.nodes.upperBound ?? 0)
    return TapeBuilder(byteCapacity: limits.batchBytes * 5 / 4, nodeCapacity: nodes + 2 * Self.window)
  }

  private mutating func seal() {
    nodeBase += tape.nodeCount
    seal(keeping: newTape())
  }

  private mutating func seal(keeping next: consuming TapeBuilder) {
    swap(&tape, &next)
    let arena = next.seal(serverTime: [])
    let assets = pending.map { nodes, mark in
      Asset(
        Fields(
          arena: arena,
          outer: nodes,
          inner: nodes.upperBound..<nodes.upperBound,
          mark: UInt32(clamping: mark),
          isChanged: !choice.isEverything
        )
      )
    }
    sealed.append(AssetsReader.Sealed(assets: assets, marks: marks))
    pending.removeAll(keepingCapacity: true)
  }

  /// Everything that is complete; an asset at hand moves to a tape of its own.
  mutating func takeSealed() -> [AssetsReader.Sealed] {
    if !pending.isEmpty {
      if isInAsset, failure == nil { sealCarrying() } else { seal() }
    }
    defer { sealed.removeAll() }
    return sealed
  }

  private mutating func sealCarrying() {
    var next = newTape()
    next.carry(fromNode: assetNode, byte: assetByte, of: tape)
    nodeBase += assetNode
    tape.truncateNodes(to: assetNode)
    tape.truncateBytes(to: assetByte)
    seal(keeping: next)
    assetNode = 0
    assetByte = 0
  }
}

extension UInt64 {
  /// The number that decimal digits make, and nothing else.
  init?(digits text: UnsafeRawBufferPointer) {
    guard unsafe !text.isEmpty else { return nil }
    var number: UInt64 = 0
    for index in 0..<text.count {
      let digit = unsafe text[index] &- UInt8(ascii: "0")
      let (product, overflow) = number.multipliedReportingOverflow(by: 10)
      guard digit < 10, !overflow else { return nil }
      number = product &+ UInt64(digit)
    }
    self = number
  }
}
