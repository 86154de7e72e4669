internal import Blocks
internal import JSONText
internal import Records

/// A line that is being written again with less.
struct LineDraft {
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
    guard try NodeText.writtenCount(fields, node) > 0 else { return try shortenList(node, to: limit) }
    let text = NodeText(fields, node)
    let longestNote = Self.note(leftOut: text.count, of: text.count).utf8.count
    let room = try NodeText.writtenCount(fields, node) - (byteCount - limit) - longestNote
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
    try fields.forEachElement(of: list) { lengths.append(try NodeText.writtenCount(fields, $0)) }
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
    let text = NodeText(fields, node)
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
    // What was added, such as its ids, is what tells which parts belong together.
    for range in [fields.outer, fields.inner, fields.joined] {
      for node in range {
        let escaped = try NodeText.writtenCount(fields, node)
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
