extension FaultKind {
  /// What happens to the connection.
  static let connections = [
    FaultKind("refuse", [("detections 1: refuse 200ms", "the connection ends, and none is taken for so long")]) {
      words throws(FaultScriptError) in .refuse(try words.time())
    },
    FaultKind(
      "cut",
      [("detections 3: cut 1000", "the connection ends after 1000 bytes; before the head without a number")]
    ) { words throws(FaultScriptError) in .cut(try words.bytesIfAny()) },
    FaultKind("reset", [("detections 3: reset 500", "the same by a reset")]) {
      words throws(FaultScriptError) in .reset(try words.bytesIfAny())
    },
    FaultKind("tls-cut", [("detections 3: tls-cut 500", "the same without TLS' close_notify")]) {
      words throws(FaultScriptError) in .cutTLS(try words.bytes())
    },
    FaultKind("stall", [("assets 1: stall 5s", "silence before the head; 'stall 5s 1000' after 1000 bytes")]) {
      words throws(FaultScriptError) in
      let time = try words.time()
      return .stall(time, after: try words.bytesIfAny())
    },
    FaultKind("drip", [("knowledge-base 1: drip 100/s", "bytes of the body each second")]) {
      words throws(FaultScriptError) in .drip(try words.rate())
    },
  ]

  /// How the end of the body is told.
  static let endings = [
    FaultKind("length", [("detections 1: length +10", "a Content-Length 10 too long; -10 is too short")]) {
      words throws(FaultScriptError) in
      .length(try words.number("a difference such as +10 or -10", in: -1_000_000_000...1_000_000_000))
    },
    FaultKind(
      "no-length",
      [("detections 1: no-length", "neither a length nor chunks; 'no-length 1000' ends after 1000 bytes")]
    ) { words throws(FaultScriptError) in .noLength(try words.bytesIfAny()) },
    FaultKind("no-last-chunk", [("detections 1: no-last-chunk", "all of the body, and the connection ends")]) { _ in
      .noLastChunk
    },
    FaultKind("bad-chunk", [("detections 1: bad-chunk 1000", "a chunk of size 'zz' after 1000 bytes")]) {
      words throws(FaultScriptError) in .badChunk(try words.bytes())
    },
    FaultKind("truncate", [("detections 3: truncate 1000", "the body ends there as if that were all")]) {
      words throws(FaultScriptError) in .truncate(try words.bytes())
    },
    FaultKind("incident", [("detections 3: incident 1000", "the same, with an incident signature as its last words")]) {
      words throws(FaultScriptError) in .incident(try words.bytes())
    },
  ]

  /// What is wrong with a gzip body, which is sent to whoever calls.
  static let compressions = [
    FaultKind("gzip-cut", [("detections 1: gzip-cut 1000", "a gzip body ends there as if that were all")]) {
      words throws(FaultScriptError) in .gzipCut(try words.bytes())
    },
    FaultKind("gzip-bomb", [("detections 1: gzip-bomb 64", "64 MiB of blanks in 64 KiB of gzip")]) {
      words throws(FaultScriptError) in .gzipBomb(try words.number("a number of MiB from 1 to 100000", in: 1...100_000))
    },
    FaultKind("gzip-junk", [("detections 1: gzip-junk", "bytes behind it that are no gzip")]) { _ in .gzipJunk },
  ]
}
