internal import Streaming

/// Times in Qualys' requests: `2026-03-01` or `2026-03-01T09:30:00Z`, always UTC.
enum RequestTime {
  /// Refuses an option that is none.
  static func check(_ name: String, of options: Options) throws(OptionError) {
    guard let text = options.text(name), ServerTime.seconds(text.utf8.count == 10 ? text + "T00:00:00Z" : text) == nil
    else { return }
    throw OptionError(
      name,
      "'\(text)' is no time that Qualys takes",
      help: "write 2026-03-01 or 2026-03-01T09:30:00Z; it is UTC"
    )
  }
}
