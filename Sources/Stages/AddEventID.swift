package import Records
package import Streaming

/// Gives each record two ids: of what it is about, and of what it says.
package struct AddEventID<Input: LogRecord>: Stage {
  package typealias Output = Input

  package static var component: Component {
    Component(
      "add-event-id",
      summary:
        "Adds entity_id, which stays the same from round to round, and event_id, which differs when a record does.",
      discussion: """
        `entity_id` is made of numbers: of a detection the platform, the host's ID and UNIQUE_VULN_ID \
        ('US2-7-9137434378'), of an entry 'QID-316760', of an asset the platform and assetId ('US2-asset-67538043'); a \
        detection without UNIQUE_VULN_ID is told by ID, QID, PORT, PROTOCOL, SERVICE, FQDN, SSL and INSTANCE, hashed. \
        `event_id` has 22 characters (base64url of half a SHA-256), hashed from that and from all fields of the record \
        as they were decoded: the same in every pipeline, however the answer was cut. So a receiver can tell repeats of \
        an event, which at-least-once delivery may bring.
        It stands before stages that change records, and reads all fields: what 'decode-assets' is told to leave out \
        is left out behind it, with 'select'. What a source does not ask Qualys for cannot be hashed.
        """,
      form: .options([
        Option(
          "platform",
          .text,
          "Whose hosts these are, for ids of hosts are not unique between platforms; as a rule 'platform' of 'qualys'."
        )
      ]),
      principal: "platform",
      example: "- add-event-id"
    )
  }

  private let platform: [UInt8]

  package init(_ options: Options) throws(OptionError) { self.init(platform: options.text("platform") ?? "") }

  /// Creates the stage without a pipeline file.
  package init(platform: String = "") { self.platform = Array(platform.utf8) }

  /// A record that is not what Qualys sent any more.
  package struct ChangedRecord: Error, CustomStringConvertible {
    package let description = """
      'add-event-id' was given a record that a stage before it changed, or that was not decoded in full; ids are hashed \
      from what Qualys sent: put it right behind 'split-detections' or the decoder
      """
  }

  @specialized(where Input == Detection)
  package mutating func process(_ batch: Batch<Input>, into output: inout Outlet<Input>) throws {
    var records = batch.records
    var ids = EventIDs(platform: platform, of: Input.self)
    try records.extendTapes(bytes: 64, nodes: 2) { fields, tape in
      guard !fields.isChanged else { throw ChangedRecord() }
      try ids.read(fields)
      let start = tape.nodeCount
      unsafe tape.append(leaf: WellKnownName.eventID, ids.event, depth: 1)
      unsafe tape.append(leaf: WellKnownName.entityID, ids.entity, depth: 1)
      fields.added = start..<tape.nodeCount
    }
    output.append(contentsOf: records)
  }
}
