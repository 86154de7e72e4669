import JSONText

/// Whether a text is JSON, as our own reader has it.
struct StrictJSONOfAnything {
  init(_ text: String) throws {
    var reader = JSONPushReader()
    let bytes = Array(text.utf8)
    try unsafe bytes.withUnsafeBytes { bytes in
      var index = 0
      while try unsafe reader.next(in: bytes, at: &index) != nil {}
    }
    _ = try reader.finish()
  }
}
