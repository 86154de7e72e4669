package import Records
package import Streaming

/// Leaves out what was delivered before.
package struct Deduplicate<Input: LogRecord>: RememberingStage {
  package typealias Output = Input

  package static var component: Component {
    Component(
      "deduplicate",
      summary: "Drops records that were delivered before.",
      discussion: """
        Records are known by their `event_id`, which 'add-event-id' makes. One that a committed page had, or that came \
        earlier in this round, is dropped. An id is forgotten some time after it was delivered, by the server's clock: \
        then the same record is delivered once more. Of a page that breaks off, what was not delivered is not \
        remembered either. The ids of a host's detections are kept together, as long as its ID is among their fields.
        """,
      form: .options([
        Option("for", .duration(1...(3660 * 86_400)), default: "14d", "How long an id is remembered.")
      ]),
      principal: "for",
      example: "- deduplicate: { for: 14d }",
      requires: ["add-event-id"],
      retention: "for"
    )
  }

  package init(_ options: Options) throws(OptionError) { self.init(seconds: options.integer("for") ?? 14 * 86_400) }

  /// Creates the stage without a pipeline file.
  package init(seconds: Int = 14 * 86_400) { self.seconds = seconds }

  /// How long an id is remembered.
  private let seconds: Int
  // The paths are right by construction.
  private let path = FieldPath("event_id")!
  private let hostPath = FieldPath("ID")!

  /// A host of a batch.
  private struct Host {
    let key: [UInt8]
    var delivered = DeliveredIDs()
  }

  @specialized(where Input == Detection)
  package mutating func process(
    _ batch: Batch<Input>,
    into output: inout Outlet<Input>,
    memory: any Memory
  ) throws {
    let records = batch.records
    let keys = records.map { $0.fields.bytes(at: path).flatMap(EventKey.init) }
    let time = records.first.flatMap { Instant($0.fields.arena.serverTime)?.seconds } ?? 0
    var (hosts, places) = hosts(of: records, keys)
    for (index, value) in try memory.values(for: hosts.map(\.key)).enumerated() {
      if let value { hosts[index].delivered = DeliveredIDs(value, since: time - seconds) }
    }
    var alone = try keptAlone(keys, places, hosts, memory)
    /// A host whose ids have changed, and the mark that they came with.
    var changed: (host: Int, mark: UInt32)?
    func keepChanged(before next: (host: Int?, mark: UInt32)? = nil) throws {
      guard let (host, mark) = changed, next?.host != host || next?.mark != mark else { return }
      try memory.set(hosts[host].delivered.bytes, for: hosts[host].key, at: mark, of: batch.page)
      changed = nil
    }

    var dropped = 0
    for (index, record) in records.enumerated() {
      let (place, mark) = (places[index], record.fields.mark)
      try keepChanged(before: (place, mark))
      guard let key = keys[index] else {
        output.reject(record, because: "it has no 'event_id', so whether it was delivered before is not known")
        continue
      }
      if alone.contains(key) || place.map({ hosts[$0].delivered.contains(key) }) ?? false {
        dropped += 1
        continue
      }
      if place.map({ !hosts[$0].delivered.insert(key, at: time) }) ?? true {
        alone.insert(key)
        try memory.set([], for: key.bytes, at: mark, of: batch.page)
      }
      changed = place.map { ($0, mark) }
      output.append(record)
    }
    try keepChanged()
    if dropped > 0 { output.drop(dropped, because: "delivered before") }
  }

  /// The hosts of records, and which of them keeps the id of each: none but of a detection that has an ID, if its
  /// event id is one of ours.
  private func hosts(of records: ContiguousArray<Input>, _ keys: [EventKey?]) -> (hosts: [Host], places: [Int?]) {
    var hosts: [Host] = []
    var numbers: [[UInt8]: Int] = [:]
    var last: (fields: Fields, place: Int?)?
    let places = zip(records, keys).map { record, key -> Int? in
      guard record is Detection, case .digest = key else { return nil }
      let fields = record.fields
      // Most records follow one of the same host.
      if let last, last.fields.arena === fields.arena, last.fields.outer == fields.outer { return last.place }
      var place: Int?
      if let id = fields.bytes(at: hostPath), !id.isEmpty {
        place = numbers[id] ?? hosts.count
        if place == hosts.count {
          numbers[id] = place
          hosts.append(Host(key: id + Array(" host".utf8)))
        }
      }
      last = (fields, place)
      return place
    }
    return (hosts, places)
  }

  /// Those ids that were delivered and are kept by themselves: of records without a host, or of one with very many.
  private func keptAlone(
    _ keys: [EventKey?],
    _ places: [Int?],
    _ hosts: [Host],
    _ memory: any Memory
  ) throws -> Set<EventKey> {
    let asked = zip(keys, places).compactMap { key, place in
      place.map { hosts[$0].delivered.hasOthers } ?? true ? key : nil
    }
    guard !asked.isEmpty else { return [] }
    return Set(zip(asked, try memory.values(for: asked.map(\.bytes))).compactMap { $1 == nil ? nil : $0 })
  }
}
