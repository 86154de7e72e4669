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
        Both are 32 hexadecimal digits, hashed from what was decoded: the same in every pipeline and version of ours, \
        however the answer was cut. `entity_id` is hashed from the platform, the host's ID and the detection's \
        UNIQUE_VULN_ID (without it QID, PORT, PROTOCOL, SERVICE, FQDN, SSL and INSTANCE), from an entry's QID, or from \
        the platform and an asset's assetId; `event_id` from that, LAST_UPDATE_DATETIME, LAST_PROCESSED_DATETIME and \
        all fields of the record. So a receiver can tell repeats of an event, which at-least-once delivery may bring.
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
      try ids.hash(fields)
      let start = tape.nodeCount
      unsafe tape.append(leaf: WellKnownName.eventID, ids.event, depth: 1)
      unsafe tape.append(leaf: WellKnownName.entityID, ids.entity, depth: 1)
      fields.added = start..<tape.nodeCount
    }
    output.append(contentsOf: records)
  }
}
