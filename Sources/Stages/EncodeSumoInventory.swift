internal import JSONText
package import Records
package import Streaming

/// Writes each asset as a record of Cloud SIEM's custom inventory.
package struct EncodeSumoInventory: Stage {
  package static let component = Component(
    "encode-sumo-inventory",
    summary: "Writes each asset as a record of the inventory of Sumo Logic's Cloud SIEM, one line each.",
    discussion: """
      Send the lines through an HTTP source with the fields _siemdatatype=inventory and _siemForward=true, one to a \
      request. The entity is the hostname, which is assetName; a later record of the same source and hostname takes the \
      earlier one's place. An asset without an assetName could not be found there: it goes to the dead-letter file. \
      What else an asset does not have (missing, null, empty) is left out. The groups are the names of its tags. \
      A line has neither LogType nor Timestamp, and `guard-size` does not write it again: one that is too long goes \
      to the dead-letter file.
      """,
    form: .options([
      Option("source", .text, default: "Qualys", "The inventory's source, as Cloud SIEM shows it.")
    ]),
    principal: "source",
    example: "- encode-sumo-inventory: { source: Qualys }"
  )

  private let opening: [UInt8]
  /// What the last batch's lines took: room for the next.
  private var room = 64 * 1024

  package init(_ options: Options) throws(OptionError) { self.init(source: options.text("source") ?? "Qualys") }

  /// Creates the stage without a pipeline file.
  package init(source: String = "Qualys") {
    var writer = JSONWriter(capacity: 256)
    writer.append(#"{"customInventory":true,"type":"computer","source":""#)
    unsafe Array(source.utf8).withUnsafeBytes { unsafe writer.appendEscaped($0) }
    writer.append("\"")
    opening = unsafe Array(writer.bytes)
  }

  package mutating func process(_ batch: Batch<Asset>, into output: inout Outlet<Line>) throws {
    var writer = JSONWriter(capacity: room)
    var written: [(asset: Asset, range: Range<Int>)] = []
    for asset in batch.records {
      let start = writer.count
      if write(asset.fields, to: &writer) {
        written.append((asset, start..<writer.count))
        writer.append(UInt8(ascii: "\n"))
      } else {
        writer.truncate(to: start)
        output.reject(asset, because: "it has no assetName, which names it in the inventory")
      }
    }
    let buffer = LineBuffer(writer)
    room = max(64 * 1024, buffer.count + buffer.count / 8)
    output.reserve(written.count)
    for (asset, range) in written {
      output.append(Line(range, of: buffer, fields: asset.fields, format: nil, mark: asset.fields.mark))
    }
  }

  /// What is written before the text of a field, in order.
  // The paths are right by construction.
  private static let members: [(opening: StaticString, path: FieldPath)] = [
    (",\"uniqueID\":\"qualys-", FieldPath("assetId")!), (",\"deviceUniqueId\":\"", FieldPath("assetUUID")!),
    (",\"computername\":\"", assetName), (",\"hostname\":\"", assetName),
    (",\"normalizedComputerName\":\"", assetName), (",\"normalizedHostname\":\"", assetName),
    (",\"ip\":\"", FieldPath("address")!), (",\"natIp\":\"", FieldPath("address")!),
    (",\"mac\":\"", FieldPath("networkInterfaceListData.networkInterface.macAddress")!),
    (",\"os\":\"", FieldPath("operatingSystem.osName")!),
    (",\"osVersion\":\"", FieldPath("operatingSystem.version")!),
  ]
  private static let assetName = FieldPath("assetName")!
  private static let tagNames = FieldPath("tagList.tag.tagName")!

  /// Writes an asset's record without its newline; false when it has no name.
  private func write(_ fields: Fields, to writer: inout JSONWriter) -> Bool {
    guard Self.textNode(of: fields, at: Self.assetName) != nil else { return false }
    writer.append(opening)
    for (opening, path) in Self.members {
      guard let node = Self.textNode(of: fields, at: path) else { continue }
      writer.append(opening)
      Self.write(node, of: fields.arena, to: &writer)
      writer.append(UInt8(ascii: "\""))
    }
    var tags: [Int] = []
    fields.forEachText(at: Self.tagNames) { if Self.isText($0, of: fields) { tags.append($0) } }
    for (index, node) in tags.enumerated() {
      writer.append(index == 0 ? ",\"groups\":[\"" : ",\"")
      Self.write(node, of: fields.arena, to: &writer)
      writer.append(index == tags.count - 1 ? "\"]" : "\"")
    }
    writer.append(UInt8(ascii: "}"))
    return true
  }

  /// The first node that a path leads to, when it has a text.
  private static func textNode(of fields: Fields, at path: FieldPath) -> Int? {
    fields.firstNode(at: path).map(fields.textNode).flatMap { isText($0, of: fields) ? $0 : nil }
  }

  private static func isText(_ node: Int, of fields: Fields) -> Bool {
    let kind = unsafe fields.arena.nodes[node].json
    if kind == .object || kind == .array || fields.isNull(node) { return false }
    return unsafe !fields.arena.text(of: node).isEmpty
  }

  /// Writes a text as it stands in the asset, or with escapes when a stage made it.
  private static func write(_ node: Int, of arena: Arena, to writer: inout JSONWriter) {
    let text = unsafe arena.text(of: node)
    guard let start = unsafe text.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
    if unsafe arena.nodes[node].json == nil {
      unsafe writer.appendEscaped(padded: start, text.count)
    } else {
      unsafe writer.append(padded: start, text.count)
    }
  }
}
