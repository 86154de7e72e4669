internal import JSONText
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

  private let limit: Int
  private let drop: [FieldPath]
  private let shorten: [FieldPath]
  private let splits: Bool

  package init(_ options: Options) throws(OptionError) {
    limit = options.integer("limit") ?? 64 * 1024
    drop = options.texts("drop")?.compactMap { FieldPath($0) } ?? []
    shorten = options.texts("shorten")?.compactMap { FieldPath($0) } ?? []
    splits = options.boolean("split") ?? true
    if let kept = drop.first(where: { Self.contract.contains($0.withoutList) }) {
      throw OptionError(
        "drop",
        "'\(kept)' must stay: Sumo Logic's parser for this feed reads it",
        help: "name it in 'shorten' instead"
      )
    }
  }

  package mutating func process(_ batch: Batch<Line>, into output: inout Outlet<Line>) throws {
    for line in batch.records {
      if line.byteCount <= limit { output.append(line) } else { try fit(line, into: &output) }
    }
  }

  private func fit(_ line: Line, into output: inout Outlet<Line>) throws {
    guard let fields = line.fields, let format = line.format else {
      return output.reject(line, because: "\(line.byteCount) bytes, over \(limit), and not written from a record here")
    }
    var draft = Draft(fields: fields, format: format, mark: line.mark, part: line.part, byteCount: line.byteCount)
    for path in drop where draft.byteCount > limit { try draft.drop(path) }
    for path in shorten where draft.byteCount > limit { try draft.shorten(path, to: limit) }
    if draft.byteCount <= limit { return output.append(try draft.line()) }
    guard splits, !line.isPart else {
      let why = line.isPart ? "it is a part already" : "'split' is off"
      return output.reject(line, because: "\(draft.byteCount) bytes, over \(limit), and \(why)")
    }
    try split(draft, of: line, into: &output)
  }

  private func split(_ draft: Draft, of line: Line, into output: inout Outlet<Line>) throws {
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

/// A line that is being written again with less.
private struct Draft {
  var fields: Fields
  let format: LogFormat
  let mark: UInt32
  let part: Line.Part?
  /// Bytes of the line that these fields give.
  var byteCount: Int

  mutating func drop(_ path: FieldPath) throws {
    guard fields.firstNode(at: path) != nil else { return }
    fields = fields.applying([.remove(path)])
    byteCount = try length()
  }

  /// Cuts a text so that the line fits, or as far as it goes.
  mutating func shorten(_ path: FieldPath, to limit: Int) throws {
    guard let node = fields.firstNode(at: path).map(fields.textNode) else { return }
    guard try Text.writtenCount(fields, node) > 0 else { return try shortenList(node, to: limit) }
    let text = Text(fields, node)
    let longestNote = Self.note(leftOut: text.count, of: text.count).utf8.count
    let room = try Text.writtenCount(fields, node) - (byteCount - limit) - longestNote
    let kept = try text.prefix(escaped: max(0, room))
    let note = Self.note(leftOut: text.count - kept.count, of: text.count)
    guard kept.count + note.utf8.count < text.count else { return }
    fields = fields.replacingText(of: node, with: kept + Array(note.utf8))
    byteCount = try length()
  }

  /// Leaves out the last members of a list of texts, with a note in their place, until the line fits.
  private mutating func shortenList(_ list: Int, to limit: Int) throws {
    guard unsafe fields.arena.nodes[list].json == .array else { return }
    var lengths: [Int] = []
    try fields.forEachElement(of: list) { lengths.append(try Text.writtenCount(fields, $0)) }
    // A list of anything else would not be one with a text in it.
    guard lengths.allSatisfy({ $0 > 0 }), !lengths.isEmpty else { return }
    let quotesAndComma = 3
    let longestNote = Self.note(leftOut: lengths.count, in: lengths.count).utf8.count + quotesAndComma
    var excess = byteCount - limit + longestNote
    var kept = lengths.count
    while kept > 0, excess > 0 {
      kept -= 1
      excess -= lengths[kept] + quotesAndComma
    }
    let note = Self.note(leftOut: lengths.count - kept, in: lengths.count)
    fields = fields.keepingElements(kept, of: list, note: note)
    byteCount = try length()
  }

  private static func note(leftOut: Int, in count: Int) -> String { "[... \(leftOut) of \(count) left out]" }

  private static func note(leftOut: Int, of count: Int) -> String { " [... \(leftOut) of \(count) bytes left out]" }

  /// The line, in memory of its own.
  func line() throws -> Line {
    var encoder = LogEncoder(format, capacity: byteCount + 64)
    let place = try encoder.encode(fields, extras: part.extras)
    if let file = place.file {
      return Line(place.range, of: file, fields: fields, format: format, mark: mark, part: part)
    }
    return Line(
      place.range,
      of: LineBuffer(encoder.finish()),
      fields: fields,
      format: format,
      mark: mark,
      part: part
    )
  }

  private func length(of fields: Fields? = nil) throws -> Int {
    var encoder = LogEncoder(format, capacity: 64 * 1024)
    return try encoder.encode(fields ?? self.fields, extras: part.extras).range.count
  }

  /// `"Part":` and `"Parts":` with their commas, for up to a million parts.
  private static let extrasLength = 36

  /// Splits the longest text over lines; nil when the rest is too long alone.
  func splitText(limit: Int) throws -> [Line]? {
    guard let (node, escaped) = try longestText() else { return nil }
    let room = limit - (byteCount - escaped) - Self.extrasLength
    guard room >= 64 else { return nil }
    let text = Text(fields, node)
    let cuts = try text.cuts(escaped: room)
    // Parts of a text that lies in a file are written to a file in turn: there may be a thousand of them.
    let file = text.isSpilled ? try SpilledBytes() : nil
    var lines: [Line] = []
    for (index, cut) in cuts.enumerated() {
      let part = fields.replacingText(of: node, with: try text.bytes(cut))
      lines.append(try write(part, Line.Part(index + 1, of: cuts.count), to: file))
    }
    return lines
  }

  /// Splits a host's log between its detections; one that is too long alone makes a line that is too long.
  func splitDetections(limit: Int) throws -> [Line]? {
    var ranges: [Range<Int>] = []
    fields.forEachDetection { ranges.append($0) }
    guard let first = ranges.first else { return nil }
    let base = try length(of: fields.keepingInner(first.lowerBound..<first.lowerBound)) + Self.extrasLength
    guard base < limit else { return nil }
    var groups: [Range<Int>] = []
    var size = base
    for range in ranges {
      let added = try length(of: fields.keepingInner(range)) - base + Self.extrasLength + 1
      if let last = groups.last, size + added <= limit {
        groups[groups.count - 1] = last.lowerBound..<range.upperBound
      } else {
        groups.append(range)
        size = base
      }
      size += added
    }
    return try groups.enumerated().map { index, group in
      try write(fields.keepingInner(group), Line.Part(index + 1, of: groups.count), to: nil)
    }
  }

  private func write(_ fields: Fields, _ part: Line.Part, to file: SpilledBytes?) throws -> Line {
    var encoder = LogEncoder(format, capacity: 64 * 1024)
    let place = try encoder.encode(fields, extras: Optional(part).extras)
    if let spilled = place.file {
      return Line(place.range, of: spilled, fields: fields, format: format, mark: mark, part: part)
    }
    let writer = encoder.finish()
    guard let file else {
      return Line(place.range, of: LineBuffer(writer), fields: fields, format: format, mark: mark, part: part)
    }
    let start = file.count
    try unsafe file.append(writer.bytes)
    return Line(start..<start + place.range.count, of: file, fields: nil, format: format, mark: mark, part: part)
  }

  private func longestText() throws -> (node: Int, escaped: Int)? {
    var longest: (node: Int, escaped: Int)?
    for range in [fields.outer, fields.inner] {
      for node in range {
        let escaped = try Text.writtenCount(fields, node)
        if escaped > longest?.escaped ?? 0 { longest = (node, escaped) }
      }
    }
    return longest
  }
}

extension Line.Part? {
  /// What a part's line says beside its fields.
  fileprivate var extras: [LogEncoder.Extra] {
    guard let part = self else { return [] }
    return [LogEncoder.Extra("Part", Int(part.number)), LogEncoder.Extra("Parts", Int(part.count))]
  }
}

/// The text of a node, in memory or in a file.
private struct Text {
  private let arena: Arena
  private let node: Int
  private let file: SpilledBytes?

  /// The text of a JSON string, without its escapes.
  private let plain: [UInt8]?

  init(_ fields: Fields, _ node: Int) {
    arena = fields.arena
    self.node = node
    file = fields.arena.spilledText(of: node)
    let isRaw = unsafe arena.nodes[node].json == .string
    unsafe plain = isRaw ? JSONUnescape.text(of: arena.text(of: node)) : nil
  }

  var isSpilled: Bool { file != nil }
  var count: Int { unsafe file?.count ?? plain?.count ?? arena.text(of: node).count }

  /// Bytes that the text of a node takes in its line; numbers and what is not written have none that could go.
  static func writtenCount(_ fields: Fields, _ node: Int) throws -> Int {
    let (entry, text) = unsafe (fields.arena.nodes[node], fields.arena.text(of: node))
    switch entry.json {
    case .string: return entry.isSuperseded ? 0 : text.count
    case .bare, .object, .array: return 0
    case nil: return try Text(fields, node).escapedCount()
    }
  }

  private func forEachChunk(from start: Int, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    if let file { return try unsafe file.forEachChunk(start..<file.count, body) }
    try unsafe body(UnsafeRawBufferPointer(rebasing: arena.text(of: node)[start...]))
  }

  /// Bytes of the text in JSON.
  private func escapedCount() throws -> Int {
    var sum = 0
    try unsafe forEachChunk(from: 0) { unsafe sum += JSONEscape.length(of: $0) }
    return sum
  }

  func bytes(_ range: Range<Int>) throws -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(range.count)
    if let file {
      try unsafe file.forEachChunk(range) { unsafe bytes.append(contentsOf: $0) }
    } else if let plain {
      bytes += plain[range]
    } else {
      unsafe bytes.append(contentsOf: arena.text(of: node)[range])
    }
    return bytes
  }

  /// The longest beginning that takes so many bytes in JSON and ends between characters.
  func prefix(escaped limit: Int) throws -> [UInt8] {
    let most = try bytes(0..<min(count, limit))
    return unsafe most.withUnsafeBytes { bytes in
      let length = unsafe JSONEscape.prefix(of: bytes, limit: limit)
      return Array(most[..<Self.boundary(length, of: most, isWhole: most.count == count)])
    }
  }

  /// Ranges of the text that take so many bytes each in JSON, between characters.
  func cuts(escaped limit: Int) throws -> [Range<Int>] {
    var cuts: [Range<Int>] = []
    var start = 0
    while start < count {
      let piece = try bytes(start..<min(count, start + limit))
      let length = unsafe piece.withUnsafeBytes { unsafe JSONEscape.prefix(of: $0, limit: limit) }
      let end = start + max(1, Self.boundary(length, of: piece, isWhole: start + piece.count == count))
      cuts.append(start..<end)
      start = end
    }
    return cuts
  }

  /// A length that does not cut the last character of a piece that was read.
  private static func boundary(_ length: Int, of piece: [UInt8], isWhole: Bool) -> Int {
    guard length == piece.count, !isWhole else { return length }
    var end = length
    // The last character may go on behind the piece: leave it out when it does.
    var start = end - 1
    while start > 0, piece[start] & 0xC0 == 0x80 { start -= 1 }
    guard start >= 0, end > 0 else { return end }
    let width = piece[start] < 0x80 ? 1 : piece[start] < 0xE0 ? 2 : piece[start] < 0xF0 ? 3 : 4
    if start + width > end { end = start }
    return end
  }
}
