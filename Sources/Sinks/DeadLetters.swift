internal import Blocks
internal import JSONText
package import Records
package import Streaming
internal import Synchronization
package import SystemPackage

/// The file of records that were refused for ever, each with who refused it and why.
///
/// A dead letter is the log that would have been written, with a member `DeadLetter` at its end; `files` with
/// `as: lines` takes that off again. The file is plain text, since it should be short and read by people. What a page
/// refuses waits in a file without a name until the page is committed, so a page that is done again writes nothing
/// twice. Nor does one that is done again after a kill: what the file already has of it is found behind the place where
/// the last committed page ended. Several streams, and runs of other pipelines, may share the file; nothing of it is ever
/// removed but what is written again at once, and what ``Limits`` ask for. Memory: nothing worth a word.
package final class DeadLetters: Sendable {
  private struct Waiting {
    let file: SpilledBytes
    /// The mark of each letter and where it ends, as they came.
    var letters: [(mark: UInt32, end: Int)] = []

    /// Where the letters of some marks are.
    func ranges(where isWanted: (UInt32) -> Bool) -> [Range<Int>] {
      let starts = [0] + letters.map(\.end)
      return zip(starts, letters).compactMap { start, letter in isWanted(letter.mark) ? start..<letter.end : nil }
    }
  }
  private struct State {
    var pages: [Int: Waiting] = [:]
    /// Whether the file's name is durable, so far as this run knows.
    var isNamed = false
    var count = 0
    /// Where the letters of the last committed page ended.
    var end = 0
    /// Whether a run that was killed may have written something of the page that comes next.
    var mayRepeat = false
  }

  /// Where the letters are.
  package let path: FilePath
  let disk: any Disk
  private let naming: LogFormat.Naming
  private let stream: String
  private let state: Mutex<State>

  package init(path: FilePath, stream: String, naming: LogFormat.Naming, disk: any Disk = LocalDisk()) {
    self.path = path
    self.stream = stream
    self.naming = naming
    self.disk = disk
    state = Mutex(State())
  }

  /// Letters that are durable.
  package var count: Int { state.withLock { $0.count } }

  /// How long the file was when the letters of the last committed page, or the round's beginning, were written.
  package var end: Int { state.withLock { $0.end } }

  /// Begins a round at the file's end, or goes on with one whose last committed page ended there.
  package func begin(at end: Int?) throws {
    let length = try disk.length(of: path) ?? 0
    state.withLock { state in
      // A shorter file is another one: those before were set aside, and whatever is in it came after them.
      state.end = end.map { $0 > length ? 0 : $0 } ?? length
      state.mayRepeat = end != nil
    }
  }

  /// Takes a refused record of a page.
  package func accept(_ record: any Record, from stage: String, because reason: String, on page: Page) throws {
    let (line, mark) = try Self.line(of: record, naming: naming)
    let letter = try Self.letter(line, stream: stream, stage: stage, reason: reason)
    try state.withLock { state in
      var waiting = try state.pages[page.number] ?? Waiting(file: SpilledBytes())
      try unsafe letter.withUnsafeBytes { try unsafe waiting.file.append($0) }
      waiting.letters.append((mark, waiting.file.count))
      state.pages[page.number] = waiting
    }
  }

  /// Makes the letters of a page durable, those of marks that stand; call it before the page is committed.
  /// - Returns: how many letters were left out, since their marks do not stand.
  @discardableResult
  package func commit(_ page: Page, marks: UInt32) throws -> Int {
    try state.withLock { state in
      guard let waiting = state.pages.removeValue(forKey: page.number) else { return 0 }
      // Stages do not refuse in the order of the marks: each refuses as its batches come.
      let standing = waiting.ranges { $0 < marks }
      if standing.isEmpty { return waiting.letters.count }
      if state.mayRepeat { try takeBack(waiting.file, standing, after: state.end) }
      state.mayRepeat = false
      // Opened for each page: another stream may have set the file aside since the last one.
      state.isNamed = try state.isNamed && disk.length(of: path) != nil
      try disk.createFolder(path.removingLastComponent())
      let output = try disk.append(to: path)
      if !state.isNamed { try disk.synchronize(folder: path.removingLastComponent()) }
      state.isNamed = true
      for range in standing { try unsafe waiting.file.forEachChunk(range) { try unsafe output.write($0) } }
      try output.synchronize()
      try output.close()
      state.count += standing.count
      state.end = try disk.length(of: path) ?? 0
      return waiting.letters.count - standing.count
    }
  }

  /// Cuts off what the file has of letters that are about to be written; leaves it alone when it ends with anything else.
  private func takeBack(_ letters: SpilledBytes, _ ranges: [Range<Int>], after end: Int) throws {
    guard let length = try disk.length(of: path), length > end,
      length - end <= ranges.reduce(0, { $0 + $1.count })
    else { return }
    var place = end
    var isSame = true
    for range in ranges {
      try unsafe letters.forEachChunk(range) { chunk in
        let there = try disk.bytes(of: path, in: place..<min(length, place + chunk.count))
        isSame = unsafe isSame && chunk.starts(with: there)
        place += there.count
      }
    }
    guard isSame else { return }
    let file = try disk.open(path)
    try file.truncate(to: end)
    try file.close()
  }

  /// The log that a record would have become.
  private static func line(of record: any Record, naming: LogFormat.Naming) throws -> (bytes: [UInt8], mark: UInt32) {
    if let line = record as? Line {
      var bytes: [UInt8] = []
      try unsafe line.forEachChunk { unsafe bytes.append(contentsOf: $0) }
      return (bytes.dropLast(), line.mark)
    }
    guard let record = record as? any LogRecord else {
      return (Array(#"{"LogType":"unknown"}"#.utf8), 0)
    }
    let format = LogFormat(of: type(of: record), naming: naming)
    var encoder = LogEncoder(format, capacity: 4096)
    let place = try encoder.encode(record.fields)
    if let file = place.file {
      var bytes: [UInt8] = []
      try unsafe file.forEachChunk(place.range) { unsafe bytes.append(contentsOf: $0) }
      return (bytes, record.fields.mark)
    }
    let writer = encoder.finish()
    return unsafe (Array(writer.bytes[place.range]), record.fields.mark)
  }

  static let opening = #","DeadLetter":{"Stream":""#

  private static func letter(_ line: [UInt8], stream: String, stage: String, reason: String) throws -> [UInt8] {
    var writer = JSONWriter(capacity: line.count + 256)
    if line.count > 2, line.first == UInt8(ascii: "{"), line.last == UInt8(ascii: "}") {
      writer.append(Array(line.dropLast()))
    } else {
      // A line of a file that is no log, yet must not be lost.
      writer.append(#"{"Text":""#)
      append(line, to: &writer)
      writer.append(UInt8(ascii: "\""))
    }
    writer.append(Array(opening.utf8))
    append(Array(stream.utf8), to: &writer)
    writer.append(#"","Stage":""#)
    append(Array(stage.utf8), to: &writer)
    writer.append(#"","Reason":""#)
    append(Array(reason.utf8), to: &writer)
    writer.append("\"}}\n")
    return unsafe Array(writer.bytes)
  }

  private static func append(_ text: [UInt8], to writer: inout JSONWriter) {
    unsafe text.withUnsafeBytes { unsafe writer.appendEscaped($0) }
  }

  /// A letter's line as it was before it was refused; other lines as they are.
  package static func original(of line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard line.suffix(2).elementsEqual("}}".utf8) else { return line }
    let mark = Array(opening.utf8)
    guard let place = line.lastIndex(of: mark) else { return line }
    return line[..<place] + [UInt8(ascii: "}")]
  }
}

extension ArraySlice<UInt8> {
  /// Where a sequence of bytes begins for the last time.
  fileprivate func lastIndex(of mark: [UInt8]) -> Int? {
    guard count >= mark.count else { return nil }
    return stride(from: endIndex - mark.count, through: startIndex, by: -1).first { place in
      self[place..<place + mark.count].elementsEqual(mark)
    }
  }
}
