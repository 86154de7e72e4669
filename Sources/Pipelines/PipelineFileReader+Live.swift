internal import Qualys

/// What a file says about collecting live.
extension PipelineFileReader {
  /// When streams ask for everything.
  mutating func times(_ map: [String: YAMLNode.Entry]) -> PipelineFile.Times {
    var times = PipelineFile.Times()
    if let start = text(map["start"], "start"), start.isKnown {
      times.beginning = Since(written: start.value)
      if times.beginning == nil {
        findings.error(
          "'start' is 'all', or a time such as 2026-11-01 or 2026-11-01T06:00:00Z, not '\(start.shown)'",
          at: start.location
        )
      }
    }
    if let full = text(map["full"], "full"), full.isKnown {
      times.fullPulls = Self.fullPulls(full.value)
      if times.fullPulls == nil {
        findings.error(
          "'full' is never, weekly, monthly, or a time such as 14d, not '\(full.shown)'",
          at: full.location
        )
      }
    }
    return times
  }

  private static func fullPulls(_ text: String) -> Duration? {
    switch text {
    case "never": .zero
    case "weekly": .seconds(7 * 86_400)
    case "monthly": .seconds(30 * 86_400)
    default: Interval.parse(text)
    }
  }

  /// Which answers are kept, and the folder as it is written.
  mutating func capture(_ entry: YAMLNode.Entry) -> (CaptureSettings?, folder: WrittenText?) {
    let keys = PipelineFile.captureKeys.map(\.name)
    guard let map = mapping(entry.value, of: "'capture'", keys: keys) else { return (nil, nil) }
    var settings = CaptureSettings()
    if let on = text(map["on"], "on"), let word = choice(on, "on", PipelineFile.captureOccasions) {
      settings.on = CaptureSettings.Occasion(rawValue: word.value) ?? settings.on
    }
    settings.keep = seconds(map["keep"], "keep") ?? settings.keep
    settings.maximum = size(map["max"], "max", from: 1024)
    return (settings, text(map["folder"], "folder"))
  }

  /// Reports former names that are names of today, or of two streams.
  mutating func checkPreviousNames(of streams: [PipelineFile.Stream]) {
    var heirs: [String: String] = [:]
    for stream in streams {
      guard let previous = stream.previousName else { continue }
      if streams.contains(where: { $0.name == previous.value }) {
        findings.error("there is a stream '\(previous.value)': nothing was renamed", at: previous.location)
      } else if let other = heirs[previous.value] {
        findings.error("'\(other)' was '\(previous.value)' already", at: previous.location)
      }
      heirs[previous.value] = stream.name
    }
  }
}
