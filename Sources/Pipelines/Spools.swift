internal import Health
internal import Qualys
internal import Sinks
internal import State
internal import Streaming
internal import SystemPackage

/// The spools of a pipeline's sinks, in a folder beside its state: `spool/STREAM.OUTPUT.NUMBER.SINK`.
///
/// They are open as long as a session is; a round's sinks come and go, and each writes to the spool that is its own.
struct Spools: Sendable {
  /// A sink, and its spool.
  struct Spooled: Sendable {
    let stream: PlannedStream
    let output: PlannedOutput
    /// The sink's number in its output, from 0.
    let number: Int
    let spool: Spool

    /// The sink as a person tells it from others.
    var name: String { Spools.name(of: number, in: output, of: stream) }
  }

  let all: [Spooled]
  /// What waits for streams that are not among those here, in words.
  let elsewhere: [String]

  /// Opens the spools of some streams.
  ///
  /// - Parameters:
  ///   - state: Says up to where pages are committed.
  ///   - onFull: Told when a spool makes its stream wait, and when it does not any more.
  /// - Throws: `Misconfiguration` for lines that wait for a sink which these streams do not have; `UnrecoverableFile`,
  ///   `DiskError`.
  init(
    of streams: [PlannedStream],
    in folder: FilePath,
    _ state: any StateStore,
    _ disk: any Disk,
    onFull: @escaping @Sendable (_ stream: String, _ sink: String, _ isFull: Bool) -> Void
  ) throws {
    let root = folder.appending("spool")
    var all: [Spooled] = []
    var names: Set<String> = []
    for stream in streams {
      let known = (try? RoundProgress(state.progress(of: stream.name), of: stream.name))?.sinks ?? []
      for output in stream.outputs {
        for (number, sink) in output.sinks.enumerated() {
          guard let limit = sink.spool else { continue }
          let name = Self.folderName(stream.name, output, number)
          if let old = stream.previousName {
            try Self.rename(root.appending(Self.folderName(old, output, number)), to: root.appending(name), disk)
          }
          let position = known.first { position in
            position.output == output.name && position.number == number && position.sink == sink.name
          }
          let label = Self.name(of: number, in: output, of: stream)
          let spool = try Spool(
            in: root.appending(name),
            limit: limit,
            committed: position.map { Array($0.position) },
            disk: disk
          ) { onFull(stream.name, label, $0) }
          names.insert(name)
          all.append(Spooled(stream: stream, output: output, number: number, spool: spool))
        }
      }
    }
    self.all = all
    elsewhere = try Self.refuseOrphans(in: root, of: streams, besides: names, disk)
  }

  /// The spool of a sink; nil for one that has none.
  func spool(of stream: String, _ output: String, _ number: Int) -> Spool? {
    all.first { $0.stream.name == stream && $0.output.name == output && $0.number == number }?.spool
  }

  // MARK: - Names

  /// What waits for the sinks of a stream, as its spools' folders say.
  static func look(at stream: PlannedStream, in folder: FilePath) throws -> [StreamStatus.Spooled] {
    try stream.outputs.flatMap { output in
      try output.sinks.indices.compactMap { number in
        guard let limit = output.sinks[number].spool else { return nil }
        let path = folder.appending("spool").appending(folderName(stream.name, output, number))
        return try Spool.look(in: path).map { look in
          StreamStatus.Spooled(
            sink: name(of: number, in: output, of: stream),
            lines: look.lines,
            bytes: look.bytes,
            limit: limit
          )
        }
      }
    }
  }

  private static func folderName(_ stream: String, _ output: PlannedOutput, _ number: Int) -> String {
    "\(stream).\(output.name).\(number + 1).\(output.sinks[number].name)"
  }

  private static func name(of number: Int, in output: PlannedOutput, of stream: PlannedStream) -> String {
    let name = output.sinks[number].name
    if stream.sinks.count(where: { $0.name == name }) == 1 { return name }
    return "\(name) (\(stream.isBranched ? "output \(output.name), " : "")sink \(number + 1))"
  }

  private static func rename(_ old: FilePath, to new: FilePath, _ disk: any Disk) throws {
    guard try !disk.names(in: old).isEmpty, try disk.names(in: new).isEmpty else { return }
    try disk.rename(old, to: new)
    try disk.synchronize(folder: new.removingLastComponent())
  }

  /// Refuses to go on while lines wait for a sink that is not there.
  ///
  /// - Returns: What waits for streams that are not here: they may not run now, or not be any more.
  private static func refuseOrphans(
    in root: FilePath,
    of streams: [PlannedStream],
    besides names: Set<String>,
    _ disk: any Disk
  ) throws -> [String] {
    var elsewhere: [String] = []
    for name in try disk.names(in: root).sorted() where !names.contains(name) {
      let parts = name.split(separator: ".").map(String.init)
      guard parts.count == 4, let rest = try Spool.look(in: root.appending(name), on: disk),
        rest.bytes > 0 || rest.isUnfinished
      else { continue }
      let place =
        "\(rest.lines) lines (\(rest.bytes) bytes) wait in the spool of sink \(parts[2]) of output '\(parts[1])', "
        + "'\(parts[3])'"
      guard streams.contains(where: { $0.name == parts[0] }) else {
        elsewhere.append("stream '\(parts[0])' does not run here, and \(place), '\(root.appending(name))'")
        continue
      }
      throw Misconfiguration(
        "stream '\(parts[0])': \(place), and the pipeline has no such sink with a spool any more; run it as it was until "
          + "they are delivered, or give them up by removing '\(root.appending(name))'"
      )
    }
    return elsewhere
  }
}
