internal import Gzip
internal import Records

/// Lines that will be one gzip member: about 1 MiB of them, or a part of one host.
struct GzipMember: Sendable {
  var runs: [LineRun] = []
  var byteCount = 0
  var lineCount = 0

  /// The mark of its last line.
  var lastMark: UInt32? { runs.isEmpty ? nil : runs[runs.count - 1].mark }

  mutating func append(_ line: borrowing Line) {
    byteCount += line.byteCount + 1
    lineCount += 1
    if runs.isEmpty || !runs[runs.count - 1].extend(with: line, sameMark: true) {
      runs.append(LineRun(copy line))
    }
  }

  mutating func append(_ run: LineRun) {
    runs.append(run)
    byteCount += run.byteCount
    lineCount += run.lineCount
  }

  /// The member's bytes, in memory of about a sixth of its size.
  func compressed(by compressors: GzipCompressors) throws -> [UInt8] {
    try compressors.withCompressor { compressor in
      var output: [UInt8] = []
      output.reserveCapacity(byteCount / 4 + 64 * 1024)
      for run in runs {
        try unsafe run.forEachChunk { unsafe compressor.compress($0, into: &output) }
      }
      compressor.finishMember(into: &output)
      return output
    }
  }
}
