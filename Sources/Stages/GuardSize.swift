package import Records
package import Streaming

/// Sees to it that no line is longer than its receiver takes.
package struct GuardSize: Stage {
  package static let component = Component(
    "guard-size",
    summary: "Sees to it that no line is longer than a limit, without losing anything in silence.",
    discussion: """
      Bytes are counted on the line exactly as it will be written, in UTF-8, without its newline. Only a line that is \
      too long is written again, with less, by these means in this order, until it fits: the fields of `drop` go, one \
      after another; those of `shorten` are cut between characters, and say how much was left out (a list of texts, \
      such as flattened software, loses its last ones); the longest text is split into parts, each a log of its own with \
      the same other fields and `Part` and `Parts` (a host's log is split between its detections); and last the record \
      goes to the dead-letter file.
      What Sumo Logic's own parser for this feed reads (ID, IP, the host's names, DETECTION.SEVERITY, \
      DETECTION.RESULTS, DETECTION.LAST_FOUND_DATETIME) can be shortened or split, but not dropped.
      """,
    form: .options([
      Option("limit", .size(512...(1 << 30)), default: "64KiB", "The most bytes of a line; Sumo Logic cuts at 64 KiB."),
      Option("drop", .list(.field), "Fields to leave out of a line that is too long, in this order."),
      Option("shorten", .list(.field), "Fields to cut in a line that is still too long, in this order."),
      Option("split", .boolean, default: "true", "Whether a line that is still too long is split into parts."),
    ]),
    principal: "limit",
    example: "- guard-size: { limit: 64KiB, shorten: [DETECTION.RESULTS] }"
  )

  /// What Sumo Logic's parser for this feed reads, or makes Hostname of.
  private static let contract: Set<String> = [
    "ID", "IP", "DNS", "DNS_DATA", "DNS_DATA.HOSTNAME", "NETBIOS", "DETECTION_LIST", "DETECTION", "DETECTION.SEVERITY",
    "DETECTION.RESULTS", "DETECTION.LAST_FOUND_DATETIME",
  ]

  private static let ids: Set<String> = ["event_id", "entity_id"]

  private let limit: Int
  private let drop: [FieldPath]
  private let shorten: [FieldPath]
  private let splits: Bool

  package init(_ options: Options) throws(OptionError) {
    limit = options.integer("limit") ?? 64 * 1024
    drop = options.texts("drop")?.compactMap { FieldPath($0) } ?? []
    shorten = options.texts("shorten")?.compactMap { FieldPath($0) } ?? []
    splits = options.boolean("split") ?? true
    for (option, paths) in [("drop", drop), ("shorten", shorten)] {
      guard let id = paths.first(where: { Self.ids.contains($0.description) }) else { continue }
      throw OptionError(option, "'\(id)' must stay whole: it tells a log and its parts from others")
    }
    if let kept = drop.first(where: { Self.contract.contains($0.withoutList) }) {
      throw OptionError(
        "drop",
        "'\(kept)' must stay: Sumo Logic's parser for this feed reads it",
        help: "name it in 'shorten' instead"
      )
    }
  }

  package mutating func process(_ batch: Batch<Line>, into output: inout Outlet<Line>) throws {
    // As a rule all of them fit, and none is copied: looked at by number, for one that is copied out is retained four times.
    if batch.records.indices.allSatisfy({ batch.records[$0].byteCount <= limit }) {
      return output.append(contentsOf: batch.records)
    }
    for line in batch.records {
      if line.byteCount <= limit { output.append(line) } else { try fit(line, into: &output) }
    }
  }

  private func fit(_ line: Line, into output: inout Outlet<Line>) throws {
    guard let fields = line.fields, let format = line.format else {
      let why = line.fields == nil ? "not written from a record here" : "of a shape that cannot be written with less"
      return output.reject(line, because: "\(line.byteCount) bytes, over \(limit), and \(why)")
    }
    var draft = LineDraft(fields: fields, format: format, mark: line.mark, part: line.part, byteCount: line.byteCount)
    for path in drop where draft.byteCount > limit { try draft.drop(path) }
    for path in shorten where draft.byteCount > limit { try draft.shorten(path, to: limit) }
    if draft.byteCount <= limit { return output.append(try draft.line()) }
    guard splits, !line.isPart else {
      let why = line.isPart ? "it is a part already" : "'split' is off"
      return output.reject(line, because: "\(draft.byteCount) bytes, over \(limit), and \(why)")
    }
    try split(draft, of: line, into: &output)
  }

  private func split(_ draft: LineDraft, of line: Line, into output: inout Outlet<Line>) throws {
    let parts = try draft.format.isHost ? draft.splitDetections(limit: limit) : draft.splitText(limit: limit)
    guard let parts else {
      return output.reject(
        line,
        because: "\(draft.byteCount) bytes, over \(limit), and what is not in its longest text is too long alone"
      )
    }
    output.create(parts.count - 1)
    for part in parts {
      if part.byteCount <= limit {
        output.append(part)
      } else {
        output.reject(part, because: "a part of \(part.byteCount) bytes, over \(limit), that cannot be split further")
      }
    }
  }
}

extension FieldPath {
  /// The path from a detection, also when it leads from its host.
  fileprivate var withoutList: String {
    let list = "DETECTION_LIST."
    return description.hasPrefix(list) ? String(description.dropFirst(list.count)) : description
  }
}
