internal import Crypto
internal import Records

/// The ids of records, as `add-event-id` hashes them.
///
/// An id is the first half of a SHA-256 in hexadecimal digits. All of it is hashed in the words of ``CanonicalForm``:
/// - `entity_id` from the texts `detection`, platform, ID, UNIQUE_VULN_ID; where that is empty or missing `detection`,
///   platform, ID, QID, PORT, PROTOCOL, SERVICE, FQDN, SSL, INSTANCE; of an entry `knowledge-base`, QID; of an asset
///   `asset`, platform, assetId. A field that is missing is an empty text.
/// - `event_id` from the texts entity_id, LAST_UPDATE_DATETIME, LAST_PROCESSED_DATETIME, and the 32 bytes of the
///   content's digest; of entries and assets without the two times.
/// - The content of a detection is a text with the 32 bytes of its host's digest, and the detection's nodes; a host's
///   digest is that of its nodes, without DETECTION_LIST. Of entries and assets it is their nodes.
@safe
struct EventIDs: ~Copyable {
  /// What is hashed of a record.
  private enum Kind {
    case detection, entry, asset
  }

  private let kind: Kind
  private let platform: [UInt8]
  private let hash = Hash()
  private var form: CanonicalForm
  /// The host at hand, which is hashed once for all its detections.
  private var host: Host?
  /// Both ids in digits, `entity_id` first.
  private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 16)

  private final class Hash {
    var state = SHA256()
  }

  private struct Host {
    let arena: Arena
    let nodes: Range<Int>
    let digest: SHA256Digest
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

  /// `entity_id` of the record that was hashed last.
  var entity: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(rebasing: room[..<32]) }

  /// `event_id` of the record that was hashed last.
  var event: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(rebasing: room[32...]) }

  /// Hashes a record.
  mutating func hash(_ fields: Fields) throws {
    let content = try content(of: fields)
    try appendEntity(of: fields)
    write(digest(), at: 0)
    unsafe form.append(entity)
    if case .detection = kind { try append(Self.times, of: fields) }
    append(content)
    write(digest(), at: 32)
  }

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
        try append(Self.tuple, of: fields)
      }
    }
  }

  private mutating func content(of fields: Fields) throws -> SHA256Digest {
    guard !fields.inner.isEmpty else {
      try form.append(fields.outer, of: fields.arena)
      return digest()
    }
    if let host, host.arena === fields.arena, host.nodes == fields.outer {
      append(host.digest)
    } else {
      try form.append(fields.outer, of: fields.arena)
      let digest = digest()
      host = Host(arena: fields.arena, nodes: fields.outer, digest: digest)
      append(digest)
    }
    try form.append(fields.inner, of: fields.arena)
    return digest()
  }

  /// The digest of what was appended; the next one begins empty.
  private mutating func digest() -> SHA256Digest {
    form.flush()
    defer { hash.state = SHA256() }
    return hash.state.finalize()
  }

  private mutating func append(_ digest: SHA256Digest) {
    unsafe digest.withUnsafeBytes { unsafe form.append($0) }
  }

  /// Appends the text of each field, in order.
  private mutating func append(_ paths: [FieldPath], of fields: Fields) throws {
    for path in paths { try append(path, of: fields) }
  }

  private mutating func append(_ path: FieldPath, of fields: Fields) throws {
    let node = fields.firstNode(at: path).map(fields.textNode)
    try form.append(text: node.flatMap { fields.isNull($0) ? nil : $0 }, of: fields.arena)
  }

  /// Writes the first half of a digest in digits.
  private func write(_ digest: SHA256Digest, at place: Int) {
    let hex: StaticString = "0123456789abcdef"
    unsafe digest.withUnsafeBytes { digest in
      for index in 0..<16 {
        let byte = unsafe digest[index]
        unsafe room[place + 2 * index] = hex.utf8Start[Int(byte >> 4)]
        unsafe room[place + 2 * index + 1] = hex.utf8Start[Int(byte & 15)]
      }
    }
  }

  // The paths are right by construction.
  private static let hostID = FieldPath("ID")!
  private static let uniqueID = FieldPath("DETECTION.UNIQUE_VULN_ID")!
  private static let tuple = ["QID", "PORT", "PROTOCOL", "SERVICE", "FQDN", "SSL", "INSTANCE"].map {
    FieldPath("DETECTION.\($0)")!
  }
  private static let times = ["LAST_UPDATE_DATETIME", "LAST_PROCESSED_DATETIME"].map { FieldPath("DETECTION.\($0)")! }
  private static let qid = FieldPath("QID")!
  private static let assetID = FieldPath("assetId")!
}
