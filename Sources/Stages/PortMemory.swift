/// What `diff-ports` remembers of one asset.
struct PortMemory {
  /// The version that was ingested last: its `lastModifiedDate`, as it came.
  private(set) var version: [UInt8]
  /// The version before it that was another.
  private(set) var baseline: [UInt8]?
  /// The last version's ports; nil when they were not kept.
  private(set) var ports: [OpenPort]?
  /// The ports of the version before it.
  private(set) var baselinePorts: [OpenPort]?

  /// The memory of an asset that was never seen before.
  init(version: [UInt8], ports: [OpenPort]?) {
    self.version = Self.kept(version)
    self.ports = ports
  }

  /// The memory after an asset came again: the same version keeps its baseline, another makes the last one it.
  func after(version: [UInt8], ports: [OpenPort]?) -> PortMemory {
    var next = self
    if Self.kept(version) != self.version {
      next.baseline = self.version
      next.baselinePorts = self.ports
      next.version = Self.kept(version)
    }
    next.ports = ports
    return next
  }

  /// A date is short; whatever else stands in its place tells versions apart as far as this.
  private static func kept(_ version: [UInt8]) -> [UInt8] { Array(version.prefix(255)) }
}

/// A port as an asset has it: a number and a protocol.
struct OpenPort: Hashable {
  /// Digits, or whatever stands there, as it stands in JSON.
  let number: [UInt8]
  /// Whether the number stands in quotes.
  let isText: Bool
  /// `TCP` or `UDP`, or whatever stands there.
  let transport: [UInt8]?
}

// MARK: - Bytes

/// A byte of flags, the versions, and each port once in 3 bytes, more only for odd ones.
extension PortMemory {
  private enum Flag {
    static let baseline: UInt8 = 1
    static let ports: UInt8 = 2
    static let baselinePorts: UInt8 = 4
  }

  var bytes: [UInt8] {
    var bytes = [
      (baseline == nil ? 0 : Flag.baseline) | (ports == nil ? 0 : Flag.ports)
        | (baselinePorts == nil ? 0 : Flag.baselinePorts)
    ]
    bytes.append(text: version)
    if let baseline { bytes.append(text: baseline) }
    let (current, before) = (Set(ports ?? []), Set(baselinePorts ?? []))
    // Those of the last version in its order, for so they are listed when the next one has closed them.
    for port in ports ?? [] { port.append(to: &bytes, isCurrent: true, isBefore: before.contains(port)) }
    for port in baselinePorts ?? [] where !current.contains(port) {
      port.append(to: &bytes, isCurrent: false, isBefore: true)
    }
    return bytes
  }

  /// Reads what ``bytes`` wrote; nil for anything else, so that the asset counts as never seen.
  init?(_ bytes: [UInt8]) {
    var rest = bytes[...]
    guard let flags = rest.popFirst(), let version = rest.popText() else { return nil }
    self.version = version
    if flags & Flag.baseline != 0 {
      guard let text = rest.popText() else { return nil }
      baseline = text
    }
    ports = flags & Flag.ports == 0 ? nil : []
    baselinePorts = flags & Flag.baselinePorts == 0 ? nil : []
    while let header = rest.first {
      guard let port = OpenPort(popping: &rest) else { return nil }
      if header & OpenPort.Header.isCurrent != 0 { ports?.append(port) }
      if header & OpenPort.Header.isBefore != 0 { baselinePorts?.append(port) }
    }
  }
}

extension OpenPort {
  fileprivate enum Header {
    static let isCurrent: UInt8 = 0x01
    static let isBefore: UInt8 = 0x02
    static let isText: UInt8 = 0x04
    /// The number is a text with its length, not two bytes.
    static let isOdd: UInt8 = 0x08
    /// What the transport is stands from here on: its place in ``transports``.
    static let transport: UInt8 = 0x10
  }

  /// The usual ones; behind them in a header's number stands "another", whose text follows.
  private static let transports: [[UInt8]?] = [nil] + ["TCP", "UDP", "tcp", "udp"].map { Array($0.utf8) }

  fileprivate func append(to bytes: inout [UInt8], isCurrent: Bool, isBefore: Bool) {
    let text = String(decoding: number, as: UTF8.self)
    let small = UInt16(text).flatMap { "\($0)" == text ? $0 : nil }
    let transport = Self.transports.firstIndex(of: transport) ?? Self.transports.count
    bytes.append(
      (isCurrent ? Header.isCurrent : 0) | (isBefore ? Header.isBefore : 0) | (isText ? Header.isText : 0)
        | (small == nil ? Header.isOdd : 0) | UInt8(transport) * Header.transport
    )
    if let small { bytes += [UInt8(small >> 8), UInt8(small & 0xFF)] } else { bytes.append(text: number) }
    if transport == Self.transports.count, let transport = self.transport { bytes.append(text: transport) }
  }

  fileprivate init?(popping rest: inout ArraySlice<UInt8>) {
    guard let header = rest.popFirst() else { return nil }
    isText = header & Header.isText != 0
    if header & Header.isOdd != 0 {
      guard let text = rest.popText() else { return nil }
      number = text
    } else {
      guard let high = rest.popFirst(), let low = rest.popFirst() else { return nil }
      number = Array("\(UInt16(high) << 8 | UInt16(low))".utf8)
    }
    let place = Int(header / Header.transport)
    if place < Self.transports.count {
      transport = Self.transports[place]
    } else {
      guard let text = rest.popText() else { return nil }
      transport = text
    }
  }
}

extension [UInt8] {
  /// Appends a text of at most 255 bytes, its length before it.
  fileprivate mutating func append(text: [UInt8]) {
    append(UInt8(text.count))
    self += text
  }
}

extension ArraySlice<UInt8> {
  fileprivate mutating func popText() -> [UInt8]? {
    guard let count = popFirst(), count <= self.count else { return nil }
    defer { removeFirst(Int(count)) }
    return Array(prefix(Int(count)))
  }
}
