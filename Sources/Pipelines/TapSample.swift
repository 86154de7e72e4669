internal import Foundation
internal import Records
internal import Streaming

/// A record as a tap shows it: one line of JSON, without a newline, of about 64 KiB at most.
///
/// A line is shown as it is; of a longer one its beginning. A record is shown as its fields by their paths, each text to
/// its 200th character; a piece of an answer as its text.
enum TapSample {
  /// Bytes of a record that are shown, before JSON's escapes.
  static let longest = 64 << 10

  static func bytes(of record: some Record) -> [UInt8] {
    if let line = record as? Line { return bytes(of: line) }
    if let record = record as? any LogRecord { return fields(of: RecordLook(fieldsOf: record)) }
    if let answer = record as? any AnswerRecord {
      let bytes = answer.content.bytes
      return beginning(bytes.prefix(longest), of: bytes.count)
    }
    // A record of somebody's own, without fields.
    return text("\(record)")
  }

  // MARK: - Lines

  private struct Enough: Error {}

  private static func bytes(of line: Line) -> [UInt8] {
    var bytes: [UInt8] = []
    // What cannot be read back is shown as far as it could; writing it out fails the page.
    try? unsafe line.forEachChunk { chunk in
      unsafe bytes.append(contentsOf: chunk.prefix(longest + 1 - bytes.count))
      if bytes.count > longest { throw Enough() }
    }
    if line.byteCount > longest { return beginning(bytes.prefix(longest), of: line.byteCount) }
    // Its newline is in the last piece.
    return Array(bytes.prefix(line.byteCount))
  }

  /// What is too long, or no JSON by itself.
  private static func beginning(_ bytes: some Sequence<UInt8>, of count: Int) -> [UInt8] {
    Array("{\"bytes\":\(count),\"beginning\":".utf8) + text(String(decoding: Array(bytes), as: UTF8.self)) + [brace]
  }

  // MARK: - Fields

  private static func fields(of look: RecordLook) -> [UInt8] {
    var bytes = [UInt8(ascii: "{")]
    for (index, path) in look.paths.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      let values = look.values[path] ?? []
      guard bytes.count < longest else {
        bytes += text("…") + [UInt8(ascii: ":")] + text("\(look.paths.count - index) fields more")
        break
      }
      bytes += text(path) + [UInt8(ascii: ":")] + shown(values)
    }
    return bytes + [brace]
  }

  /// A text, or the first twenty of those of a field that repeats.
  private static func shown(_ values: [RecordLook.Value]) -> [UInt8] {
    if values.count == 1 { return text(values[0].shown) }
    var shown = values.prefix(20).map { text($0.shown) }
    if values.count > 20 { shown.append(text("… \(values.count - 20) more")) }
    return [UInt8(ascii: "[")] + shown.joined(separator: [UInt8(ascii: ",")]) + [UInt8(ascii: "]")]
  }

  private static let brace = UInt8(ascii: "}")

  /// A text as JSON.
  private static func text(_ text: String) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    // A text can always be written.
    return (try? encoder.encode(text)).map(Array.init) ?? []
  }
}
