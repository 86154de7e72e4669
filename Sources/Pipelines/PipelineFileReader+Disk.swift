internal import Sinks

/// What a file says about room on the disk.
extension PipelineFileReader {
  /// Where dead letters go, and which of them stay.
  mutating func deadLetters(_ entry: YAMLNode.Entry) -> (file: WrittenText?, DeadLetters.Limits?) {
    guard entry.value.scalar == nil else { return (text(entry, "dead-letters"), nil) }
    let keys = PipelineFile.deadLetterKeys.map(\.name)
    guard let map = mapping(entry.value, of: "'dead-letters'", keys: keys) else { return (nil, nil) }
    let limits = DeadLetters.Limits(keep: seconds(map["keep"], "keep"), maximum: size(map["max"], "max", from: 1024))
    return (text(map["file"], "file"), limits == DeadLetters.Limits() ? nil : limits)
  }

  /// A time span.
  mutating func seconds(_ entry: YAMLNode.Entry?, _ key: String) -> Int? {
    guard let text = text(entry, key), text.isKnown else { return nil }
    if let time = Interval.parse(text.value) { return Int(time.components.seconds) }
    findings.error("'\(key)' is a time such as 24h or 7d, not '\(text.shown)'", at: text.location)
    return nil
  }

  /// A number of bytes.
  mutating func size(_ entry: YAMLNode.Entry?, _ key: String, from least: Int) -> Int? {
    guard let text = text(entry, key), text.isKnown else { return nil }
    if let size = ByteSize.parse(text.value), size >= least { return size }
    let bounds = least == 0 ? ", or 0 for none" : " of \(ByteSize.text(least)) or more"
    findings.error("'\(key)' is a size\(bounds), such as 1GiB, not '\(text.shown)'", at: text.location)
    return nil
  }
}
