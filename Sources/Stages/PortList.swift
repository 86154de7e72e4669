internal import Records

/// The open ports of an asset, as they stand in it.
struct PortList {
  /// `openPortListData`.
  let wrapper: Int
  /// `openPort`: an array, or a lone object; nil when the asset says that it has none.
  let list: Int?
  private let fields: Fields

  // The paths are right by construction.
  private static let wrapperPath = FieldPath("openPortListData")!
  private static let listPath = FieldPath("openPortListData.openPort")!
  private static let lastUpdated = Name("lastUpdated")
  private static let number = Name("port")
  private static let transport = Name("protocol")

  /// Finds the list; nil when there is none, or something that is no list of ports.
  init?(_ fields: Fields) {
    guard let wrapper = fields.firstNode(at: Self.wrapperPath) else { return nil }
    self.fields = fields
    self.wrapper = wrapper
    if fields.isNull(wrapper) {
      list = nil
      return
    }
    guard unsafe fields.arena.nodes[wrapper].json == .object else { return nil }
    guard let list = fields.firstNode(at: Self.listPath), !fields.isNull(list) else {
      self.list = nil
      return
    }
    guard unsafe [.object, .array].contains(fields.arena.nodes[list].json) else { return nil }
    self.list = list
  }

  /// The nodes of all ports.
  var elements: [Int] {
    guard let list else { return [] }
    if unsafe fields.arena.nodes[list].json == .object { return [list] }
    var elements: [Int] = []
    fields.forEachElement(of: list) { elements.append($0) }
    return elements
  }

  /// The ports that say which they are, each once, in order.
  var ports: [OpenPort] {
    var seen: Set<OpenPort> = []
    return elements.compactMap { port(at: $0) }.filter { seen.insert($0).inserted }
  }

  /// Which port stands there; nil when it does not say so.
  func port(at element: Int) -> OpenPort? {
    // What is too long to be kept is no port.
    guard let node = value(Self.number, of: element), case let number = raw(node), number.count < 256
    else { return nil }
    let transport = value(Self.transport, of: element).map(raw)
    if let transport, transport.count > 255 { return nil }
    return OpenPort(number: number, isText: unsafe fields.arena.nodes[node].json == .string, transport: transport)
  }

  /// When a port was last seen open; nil when it does not say so, or in no way that we know.
  func lastSeen(at element: Int) -> Instant? {
    value(Self.lastUpdated, of: element).flatMap { Instant(fields.bytes(of: $0)) }
  }

  /// A text as it stands in JSON, for that is how it is written again.
  private func raw(_ node: Int) -> [UInt8] { unsafe Array(fields.arena.text(of: node)) }

  /// The text or number of a port's member.
  private func value(_ name: Name, of element: Int) -> Int? {
    guard unsafe fields.arena.nodes[element].json == .object, let node = fields.member(name, of: element),
      unsafe [.string, .bare].contains(fields.arena.nodes[node].json), !fields.isNull(node)
    else { return nil }
    return node
  }
}
