package import Records
package import Streaming

/// Leaves of an asset's open ports those that are news.
package struct DiffPorts: RememberingStage {
  package static let component = Component(
    "diff-ports",
    summary: "Keeps of an asset's open ports those seen open since the asset was last ingested.",
    discussion: """
      An asset is ingested again when its lastModifiedDate is another one. With `mode: seen`, openPortListData keeps the \
      ports whose lastUpdated is later than the lastModifiedDate of the version before this one, and those without a \
      date that can be read. With `mode: opened` it keeps the ports (number and protocol) that the version before did not \
      have; with `closed: true`, those that only the version before had stand behind it, as \
      closedPortListData.closedPort with `port` and `protocol`.
      The first version of an asset keeps all ports, and the same version again gives the same ports again. Nothing but \
      ports goes, and no record: when none is left, openPort is an empty list, and null stays null and counts as having \
      none. An asset without assetId or openPortListData passes as it is. What is remembered of an asset is kept for \
      ever: its versions, and for `mode: opened` 3 bytes a port.
      """,
    form: .options([
      Option("mode", .choice(["seen", "opened"]), default: "seen", "Which ports stay: those seen, or those opened."),
      Option("closed", .boolean, default: "false", "Whether ports that were closed are listed; needs `mode: opened`."),
    ]),
    principal: "mode",
    example: "- diff-ports: { mode: opened, closed: true }"
  )

  private let keepsPorts: Bool
  private let listsClosed: Bool

  package init(_ options: Options) throws(OptionError) {
    keepsPorts = options.text("mode") == "opened"
    listsClosed = options.boolean("closed") ?? false
    if listsClosed, !keepsPorts {
      throw OptionError("closed", "which ports were closed is known only in 'mode: opened'", help: "add 'mode: opened'")
    }
  }

  // The paths are right by construction.
  private static let assetID = FieldPath("assetId")!
  private static let version = FieldPath("lastModifiedDate")!

  package mutating func process(
    _ batch: Batch<Asset>,
    into output: inout Outlet<Asset>,
    memory: any Memory
  ) throws {
    let keys = batch.records.map { $0.fields.bytes(at: Self.assetID) ?? [] }
    var remembered: [[UInt8]: [UInt8]] = [:]
    for (key, value) in zip(keys, try memory.values(for: keys)) { remembered[key] = value }
    var assets = batch.records
    try assets.rewrite { number, fields, tape in
      let key = keys[number]
      guard !key.isEmpty, let list = PortList(fields) else { return false }
      let version = fields.bytes(at: Self.version) ?? []
      let ports = keepsPorts ? list.ports : nil
      let before = remembered[key].flatMap { PortMemory($0) }
      let now = before?.after(version: version, ports: ports) ?? PortMemory(version: version, ports: ports)
      let bytes = now.bytes
      if bytes != remembered[key] {
        try memory.set(bytes, for: key, at: fields.mark, of: batch.page)
        remembered[key] = bytes
      }
      return write(fields, list, as: now, to: &tape)
    }
    output.append(contentsOf: assets)
  }

  // MARK: - Writing

  private static let closedList = Name("closedPortListData")
  private static let closedPort = Name("closedPort")
  private static let number = Name("port")
  private static let transport = Name("protocol")

  /// Writes an asset with the ports that are news; does nothing when that is how it is.
  private func write(_ fields: Fields, _ list: PortList, as memory: PortMemory, to tape: inout TapeBuilder) -> Bool {
    let elements = list.elements
    let kept = kept(of: elements, list, memory)
    let closed = listsClosed ? memory.closedPorts : []
    if kept.count == elements.count, closed.isEmpty { return false }
    let (arena, outer) = (fields.arena, fields.outer)
    var rest = outer.lowerBound
    if let node = list.list, kept.count < elements.count {
      tape.append(outer.lowerBound..<node, of: arena)
      let entry = unsafe arena.nodes[node]
      tape.append(entry.name, json: .array, depth: Int(entry.depth))
      for element in kept { tape.append(element..<arena.end(of: element), of: arena) }
      rest = arena.end(of: node)
    }
    if !closed.isEmpty {
      let end = arena.end(of: list.wrapper)
      tape.append(rest..<end, of: arena)
      append(closed, to: &tape)
      rest = end
    }
    tape.append(rest..<outer.upperBound, of: arena)
    return true
  }

  /// Those of the ports that are news.
  private func kept(of elements: [Int], _ list: PortList, _ memory: PortMemory) -> [Int] {
    if keepsPorts {
      guard let before = memory.baselinePorts.map(Set.init) else { return elements }
      return elements.filter { element in list.port(at: element).map { !before.contains($0) } ?? true }
    }
    guard let before = memory.baseline.flatMap({ Instant($0) }) else { return elements }
    return elements.filter { element in list.lastSeen(at: element).map { $0 > before } ?? true }
  }

  private func append(_ ports: [OpenPort], to tape: inout TapeBuilder) {
    tape.append(Self.closedList, json: .object, depth: 1)
    tape.append(Self.closedPort, json: .array, depth: 2)
    for port in ports {
      tape.append(Name(id: 0), json: .object, depth: 3)
      append(Self.number, port.number, isText: port.isText, to: &tape)
      if let transport = port.transport { append(Self.transport, transport, isText: true, to: &tape) }
    }
  }

  private func append(_ name: Name, _ text: [UInt8], isText: Bool, to tape: inout TapeBuilder) {
    tape.append(name, json: isText ? .string : .bare, depth: 4)
    tape.append(text)
  }
}

extension PortMemory {
  /// The ports that only the version before had.
  fileprivate var closedPorts: [OpenPort] {
    let now = Set(ports ?? [])
    return (baselinePorts ?? []).filter { !now.contains($0) }
  }
}
