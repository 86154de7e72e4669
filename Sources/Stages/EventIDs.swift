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
struct EventIDs: ~Copyable {
  private let platform: [UInt8]
  private var form = CanonicalForm()
  /// The host at hand, which is hashed once for all its detections.
  private var host: (arena: Arena, nodes: Range<Int>, digest: SHA256Digest)?

  init(platform: [UInt8]) { self.platform = platform }

  /// The ids of a record, in digits.
  mutating func ids(of fields: Fields, as kind: any LogRecord.Type) throws -> (entity: [UInt8], event: [UInt8]) {
    let content = try content(of: fields)
    let entity = try entity(of: fields, as: kind)
    form.append(entity)
    if kind is Detection.Type { try append(Self.times, of: fields) }
    form.append(content)
    return (entity, Self.digits(form.digest()))
  }

  private mutating func entity(of fields: Fields, as kind: any LogRecord.Type) throws -> [UInt8] {
    switch kind {
    case is KnowledgeBaseEntry.Type:
      form.append("knowledge-base")
      try append([Self.qid], of: fields)
    case is Asset.Type:
      form.append("asset")
      form.append(platform)
      try append([Self.assetID], of: fields)
    default:
      form.append("detection")
      form.append(platform)
      try append([Self.hostID], of: fields)
      let own = fields.firstNode(at: Self.uniqueID)
      let hasOwn = own.map { unsafe !fields.arena.text(of: fields.textNode(of: $0)).isEmpty } == true
      try append(hasOwn ? [Self.uniqueID] : Self.tuple, of: fields)
    }
    return Self.digits(form.digest())
  }

  private mutating func content(of fields: Fields) throws -> SHA256Digest {
    guard !fields.inner.isEmpty else {
      try form.append(fields.outer, of: fields.arena)
      return form.digest()
    }
    if host?.arena !== fields.arena || host?.nodes != fields.outer {
      try form.append(fields.outer, of: fields.arena)
      host = (fields.arena, fields.outer, form.digest())
    }
    if let host { form.append(host.digest) }
    try form.append(fields.inner, of: fields.arena)
    return form.digest()
  }

  /// Appends the text of each field, in order.
  private mutating func append(_ paths: [FieldPath], of fields: Fields) throws {
    for path in paths {
      let node = fields.firstNode(at: path).map(fields.textNode)
      try form.append(text: node.flatMap { fields.isNull($0) ? nil : $0 }, of: fields.arena)
    }
  }

  private static func digits(_ digest: SHA256Digest) -> [UInt8] {
    var digits: [UInt8] = []
    digits.reserveCapacity(32)
    for byte in digest.prefix(16) {
      digits.append(hex[Int(byte >> 4)])
      digits.append(hex[Int(byte & 15)])
    }
    return digits
  }

  private static let hex = Array("0123456789abcdef".utf8)

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
