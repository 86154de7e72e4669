internal import Crypto
internal import Records

/// The ids of records, as `add-event-id` makes them.
///
/// `entity_id` is put together of numbers (``EntityID``): of a detection platform, ID and UNIQUE_VULN_ID, as in
/// `US2-7-9137434378`; of an entry `QID-316760`; of an asset `US2-asset-67538043`; without a platform what follows it. Where
/// one of them is not 1 to 20 digits, or the platform anything but up to 16 letters and digits of ASCII, it is hashed from the
/// texts `detection`, platform, ID, UNIQUE_VULN_ID; where that is empty or missing `detection`, platform, ID, QID, PORT,
/// PROTOCOL, SERVICE, FQDN, SSL, INSTANCE; of an entry `knowledge-base`, QID; of an asset `asset`, platform, assetId. A field
/// that is missing is an empty text.
///
/// `event_id` is hashed from the text `entity_id` and all that the record says: of a detection a text with the 32 bytes of
/// its host's digest, and the detection's nodes; a host's digest is that of its nodes, without DETECTION_LIST. Of entries and
/// assets it is their nodes.
///
/// What is hashed is in the words of ``CanonicalForm``; a hashed id is the text of a SHA-256's first half (``DigestText``).
@safe
struct EventIDs: ~Copyable {
  /// What ids are made for.
  private enum Kind {
    case detection, entry, asset
  }

  private let kind: Kind
  private let platform: [UInt8]
  private let hash = Hash()
  private var form: CanonicalForm
  /// The host at hand, which is read once for all its detections.
  private var host: Host?
  private var entityID = EntityID()
  private var isEntityHashed = false
  /// The text of `event_id`, and that of an `entity_id` that is hashed.
  private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 * DigestText.count, alignment: 16)
  private static let eventPlace = 0..<DigestText.count
  private static let entityPlace = DigestText.count..<2 * DigestText.count

  private final class Hash {
    var state = SHA256()
  }

  private struct Host {
    let arena: Arena
    let nodes: Range<Int>
    let digest: SHA256Digest
    /// How many bytes of its detections' `entity_id` it makes; nil when those are hashed.
    let entityCount: Int?
  }

  init(platform: [UInt8], of record: any LogRecord.Type) {
    self.platform = platform
    form = unsafe CanonicalForm { [hash] in unsafe hash.state.update(bufferPointer: $0) }
    switch record {
    case is KnowledgeBaseEntry.Type: kind = .entry
    case is Asset.Type: kind = .asset
    default: kind = .detection
    }
  }

  deinit { unsafe room.deallocate() }

  /// `entity_id` of the record that was read last.
  var entity: UnsafeRawBufferPointer {
    unsafe isEntityHashed ? UnsafeRawBufferPointer(rebasing: room[Self.entityPlace]) : entityID.bytes
  }

  /// `event_id` of the record that was read last.
  var event: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(rebasing: room[Self.eventPlace]) }

  /// Makes the ids of a record.
  mutating func read(_ fields: Fields) throws {
    let hasHost = !fields.inner.isEmpty
    let host = hasHost ? try host(of: fields) : nil
    isEntityHashed = !writeEntity(of: fields, host)
    if isEntityHashed {
      try appendEntity(of: fields)
      writeDigest(to: Self.entityPlace)
    }
    unsafe form.append(entity)
    if let host { unsafe host.digest.withUnsafeBytes { unsafe form.append($0) } }
    try form.append(hasHost ? fields.inner : fields.outer, of: fields.arena)
    writeDigest(to: Self.eventPlace)
  }

  private mutating func host(of fields: Fields) throws -> Host {
    if let host, host.arena === fields.arena, host.nodes == fields.outer { return host }
    try form.append(fields.outer, of: fields.arena)
    let digest = digest()
    var entityCount: Int?
    if entityID.begin(platform: platform), entityID.append(number: fields.firstNode(at: Self.hostID), of: fields) {
      entityID.append("-")
      entityCount = entityID.count
    }
    let host = Host(arena: fields.arena, nodes: fields.outer, digest: digest, entityCount: entityCount)
    self.host = host
    return host
  }

  // MARK: entity_id

  /// Writes one of numbers; returns whether there were any.
  private mutating func writeEntity(of fields: Fields, _ host: Host?) -> Bool {
    switch kind {
    case .detection:
      guard let count = host?.entityCount else { return false }
      entityID.cut(to: count)
      return entityID.append(number: fields.firstNode(at: Self.uniqueID), of: fields)
    case .entry:
      entityID.cut(to: 0)
      entityID.append("QID-")
      return entityID.append(number: fields.firstNode(at: Self.qid), of: fields)
    case .asset:
      guard entityID.begin(platform: platform) else { return false }
      entityID.append("asset-")
      return entityID.append(number: fields.firstNode(at: Self.assetID), of: fields)
    }
  }

  /// Appends what it is hashed from.
  private mutating func appendEntity(of fields: Fields) throws {
    switch kind {
    case .entry:
      form.append("knowledge-base")
      try append(Self.qid, of: fields)
    case .asset:
      form.append("asset")
      unsafe platform.withUnsafeBytes { unsafe form.append($0) }
      try append(Self.assetID, of: fields)
    case .detection:
      form.append("detection")
      unsafe platform.withUnsafeBytes { unsafe form.append($0) }
      try append(Self.hostID, of: fields)
      let own = fields.firstNode(at: Self.uniqueID).map(fields.textNode)
      if let own, unsafe !fields.arena.text(of: own).isEmpty {
        try form.append(text: own, of: fields.arena)
      } else {
        for path in Self.tuple { try append(path, of: fields) }
      }
    }
  }

  private mutating func append(_ path: FieldPath, of fields: Fields) throws {
    let node = fields.firstNode(at: path).map(fields.textNode)
    try form.append(text: node.flatMap { fields.isNull($0) ? nil : $0 }, of: fields.arena)
  }

  // MARK: Hashes

  /// The digest of what was appended; the next one begins empty.
  private mutating func digest() -> SHA256Digest {
    form.flush()
    defer { hash.state = SHA256() }
    return hash.state.finalize()
  }

  /// Writes the text of what was appended's digest.
  private mutating func writeDigest(to text: Range<Int>) {
    let number = unsafe digest().withUnsafeBytes { unsafe UInt128(bigEndian: $0.loadUnaligned(as: UInt128.self)) }
    unsafe DigestText.write(number, to: UnsafeMutableRawBufferPointer(rebasing: room[text]))
  }

  // The paths are right by construction.
  private static let hostID = FieldPath("ID")!
  private static let uniqueID = FieldPath("DETECTION.UNIQUE_VULN_ID")!
  private static let tuple = ["QID", "PORT", "PROTOCOL", "SERVICE", "FQDN", "SSL", "INSTANCE"].map {
    FieldPath("DETECTION.\($0)")!
  }
  private static let qid = FieldPath("QID")!
  private static let assetID = FieldPath("assetId")!
}
