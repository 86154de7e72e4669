internal import DequeModule
internal import Gzip
package import Records
package import Streaming

/// Writes lines to gzip files: members of about 1 MiB, compressed in parallel, in order.
///
/// Members end at marks, so a page that breaks off is cut back to its last complete host; a host larger than a member
/// spans several, and its first begins at a mark. Where members end depends on the lines alone, not on how they came:
/// the same lines at the same level give the same bytes. A file has its final name only when all of it is durable and
/// committed; after a kill the next run goes on in the same file, behind the last committed page.
/// Memory: about 1.3 MiB for each member at work, and as many wait as there are cores, and one more is
/// filled.
package final class GzipFile: Sink {
  package typealias Input = Line

  package static let component = Component(
    "gzip-file",
    summary: "Writes lines to gzip files, whole and durable before they get their names.",
    discussion: """
      In the path, {pipeline} and {stream} stand for their names, {output} for the name or number of an output, and \
      {n} for the first number that is free; a file without {n} in its path is replaced. Files are for this user alone (mode 0600). While it is written a file ends \
      in `.part`; a page that breaks off is cut back to its last complete host. A run that keeps a state goes on in the \
      file that a killed one left, behind the last page that was committed. With `keep` or `max`, whole files that are too \
      old or too many are removed whenever another one gets its name, each with an event: never the newest, nor a file \
      whose name another path made; numbers go on behind the highest.
      """,
    form: .options([
      Option("path", .path, required: true, "Where to write, such as out/{stream}-{n}.jsonl.gz."),
      Option("level", .integer(1...9), default: "6", "\(GzipCompressor.levels)."),
      Option(
        "roll",
        .size(1024...(1 << 50)),
        "Begin another file before one grows beyond this many compressed bytes; the path needs {n} then."
      ),
      Option("keep", .duration(1...Int.max), "Remove files that were written longer ago; the path needs {n} then."),
      Option(
        "max",
        .size(1024...(1 << 50)),
        "Remove the oldest files while all have more bytes; the path needs {n} then."
      ),
      Option("member", .size(4096...(1 << 30)), default: "1MiB", "Lines in one gzip member, uncompressed."),
    ]),
    principal: "path",
    example: "- gzip-file: { path: \"out/{stream}-{n}.jsonl.gz\", level: 6 }"
  )

  /// How files are written.
  package struct Settings: Sendable {
    package var path: String
    package var level = 6
    package var roll: Int?
    package var memberBytes = 1 << 20
    /// For how many seconds files are kept, and how many bytes of them; nil for all.
    package var keep: Int?
    package var maximum: Int?
    package init(path: String) { self.path = path }

    /// Reads checked options.
    package init(_ options: Options) {
      path = options.text("path") ?? ""
      level = options.integer("level") ?? level
      roll = options.integer("roll")
      memberBytes = options.integer("member") ?? memberBytes
      keep = options.integer("keep")
      maximum = options.integer("max")
    }
  }

  /// Finds what the options' kinds do not tell.
  package static func check(_ options: Options) throws(OptionError) {
    let path = options.text("path") ?? ""
    if options.integer("roll") != nil, !path.contains("{n}") {
      throw OptionError("path", "the files that 'roll' begins need names of their own", help: "put {n} into the path")
    }
    for name in ["keep", "max"] where options.integer(name) != nil && !path.contains("{n}") {
      throw OptionError(
        "path",
        "'\(name)' removes files with numbers, and this one has none",
        help: "put {n} into the path"
      )
    }
    if path.split(separator: "/").dropLast().contains(where: { $0.contains("{n}") }) {
      throw OptionError("path", "'{n}' stands in a folder's name", help: "put {n} into the file's name")
    }
    for name in path.split(separator: "{").dropFirst()
    where !["pipeline}", "stream}", "output}", "n}"].contains(where: name.hasPrefix) {
      throw OptionError(
        "path",
        "'{\(name.prefix { $0 != "}" })}' does not stand for anything",
        help: "what does: {pipeline}, {stream}, {output}, {n}"
      )
    }
  }

  package var counts: SinkCounts {
    var counts = sums
    counts.destinations = files.published
    return counts
  }
  package private(set) var position: [UInt8]?
  private let settings: Settings
  private let maximumInFlight: Int
  private let compressors: GzipCompressors
  private var sums = SinkCounts()

  /// Lines that are not in a member yet, one run for each mark at least.
  private var pending = GzipMember()
  /// Bytes at the beginning of `pending` that belong to marks before the last.
  private var bytesBeforeMark = 0
  private var inFlight = Deque<InFlight>()
  private var files: PartFiles
  /// The members of the page at hand that are in a file.
  private var written: [Written] = []

  private struct InFlight {
    let task: Task<[UInt8], any Error>
    let member: Written
  }

  /// What a member holds and where it lies.
  private struct Written {
    var file = 0
    var offset = 0
    let mark: UInt32
    let beginsAtMark: Bool
    let lineCount: Int
    let byteCount: Int
  }

  /// - Parameters:
  ///   - date: Seconds since 1970.
  ///   - onRemoval: Told what was removed, or could not be.
  package init(
    _ settings: Settings,
    disk: any Disk = LocalDisk(),
    cores: Int,
    date: @escaping @Sendable () -> Int = Pace.system.date,
    onRemoval: @escaping @Sendable (FileRetention.Removal) -> Void = { _ in }
  ) {
    self.settings = settings
    let retention =
      settings.keep == nil && settings.maximum == nil
      ? nil : FileRetention(keep: settings.keep, maximum: settings.maximum, date: date, onRemoval: onRemoval)
    files = PartFiles(settings.path, on: disk, keeping: retention)
    maximumInFlight = cores
    compressors = GzipCompressors(level: settings.level)
  }

  // MARK: Taking lines

  package func write(_ batch: Batch<Line>) async throws {
    sums.entered += batch.records.count
    try await append(batch.records)
    switch batch.position.ending {
    case .none: break
    case .complete: try await commit()
    case .abandoned:
      try await cutBack(to: batch.position.marks)
      try await commit()
    }
  }

  private func append(_ lines: ContiguousArray<Line>) async throws {
    // By number: a line that is copied out is retained four times.
    for index in lines.indices {
      if let last = pending.lastMark, last != lines[index].mark {
        if pending.byteCount >= settings.memberBytes { try await close(pending.byteCount) }
        bytesBeforeMark = pending.byteCount
      }
      pending.append(lines[index])
      if pending.byteCount - bytesBeforeMark >= settings.memberBytes {
        // A host as large as a member has members of its own.
        if bytesBeforeMark > 0 { try await close(bytesBeforeMark) }
        try await close(pending.byteCount)
      }
    }
  }

  /// Makes a member of the first bytes that are pending, which end with a run, and begins to compress it.
  private func close(_ byteCount: Int) async throws {
    var member = GzipMember()
    var rest = GzipMember()
    for run in pending.runs {
      if member.byteCount < byteCount { member.append(run) } else { rest.append(run) }
    }
    guard let mark = member.runs.last?.mark else { return }
    let beginsAtMark = lastMark != member.runs[0].mark
    lastMark = mark
    pending = rest
    bytesBeforeMark = max(0, bytesBeforeMark - member.byteCount)
    let task = Task { [member, compressors] in try member.compressed(by: compressors) }
    inFlight.append(
      InFlight(
        task: task,
        member: Written(
          mark: mark,
          beginsAtMark: beginsAtMark,
          lineCount: member.lineCount,
          byteCount: member.byteCount
        )
      )
    )
    while inFlight.count > maximumInFlight { try await writeOldest() }
  }

  /// The mark of the last line that went into a member.
  private var lastMark: UInt32?

  private func writeOldest() async throws {
    guard let oldest = inFlight.popFirst() else { return }
    let bytes = try await oldest.task.value
    var member = oldest.member
    let isFull = settings.roll.map { (files.last?.length ?? 0) + bytes.count > $0 } ?? false
    if files.last.map({ isFull && member.beginsAtMark && $0.length > 0 }) ?? true { try files.open() }
    member.file = files.files.count - 1
    member.offset = files.last?.length ?? 0
    try files.append(bytes)
    written.append(member)
  }

  // MARK: Pages

  private func commit() async throws {
    if pending.byteCount > 0 { try await close(pending.byteCount) }
    bytesBeforeMark = 0
    lastMark = nil
    while !inFlight.isEmpty { try await writeOldest() }
    try files.synchronize()
    sums.acknowledged += written.reduce(0) { $0 + $1.lineCount }
    sums.bytes += written.reduce(0) { $0 + $1.byteCount }
    written.removeAll(keepingCapacity: true)
    position = try files.position()
  }

  /// Takes back every line of the mark that broke off.
  private func cutBack(to marks: UInt32) async throws {
    var kept = GzipMember()
    for run in pending.runs {
      if run.mark < marks { kept.append(run) } else { sums.abandoned += run.lineCount }
    }
    pending = kept
    while !inFlight.isEmpty { try await writeOldest() }
    while let last = written.last, last.mark >= marks {
      written.removeLast()
      sums.abandoned += last.lineCount
      try files.cut(to: last.offset, of: last.file)
    }
    if let last = files.last, last.length == 0 { try files.dropLast() }
  }

  // MARK: Files

  package func recover(_ position: [UInt8]?) async throws {
    try files.recover(position)
    self.position = try files.position()
  }

  package func publish(_ committed: [UInt8]?) async throws {
    if try files.publish(committed) { position = try files.position() }
  }

  package func finish() async throws {
    try await commit()
    while files.last != nil { try files.publishFirst() }
    position = try files.position()
  }

  package func discard() async {
    for item in inFlight { item.task.cancel() }
    inFlight.removeAll()
    files.discard()
  }
}
