internal import Service

/// What the page says of one stream at one moment.
struct PageStreamWords {
  /// A text, and the moment that it is about.
  typealias Moment = (text: String, time: Int?)

  let stream: ServiceStatus.Stream
  let now: Int

  /// `2 errors, 1 warning`.
  var troubles: String {
    var parts: [String] = []
    if stream.errors > 0 { parts.append(PageWords.count(stream.errors, "error")) }
    if stream.warnings > 0 { parts.append(PageWords.count(stream.warnings, "warning")) }
    return parts.isEmpty ? "none" : parts.joined(separator: ", ")
  }

  /// How often it runs.
  var interval: String {
    if let every = stream.every { return "every \(PageWords.duration(every))" }
    return stream.follows.map { "follows \($0)" } ?? ""
  }

  var state: Moment { ("for \(PageWords.duration(now - stream.stateSince))", stream.stateSince) }

  /// What is wrong, under its class.
  var message: String {
    guard let message = stream.message else { return "" }
    return stream.errorClass.map { "\($0): \(message)" } ?? message
  }

  /// The try that failed, and the next.
  var again: Moment {
    var parts: [String] = []
    if let attempt = stream.attempt { parts.append("Try \(PageWords.number(attempt)) failed.") }
    if let next = stream.nextTry {
      parts.append("The next one is \(next <= now ? "under way" : PageWords.relative(next, now: now)).")
    }
    return (parts.joined(separator: " "), stream.nextTry)
  }

  var waiting: Moment {
    guard let what = stream.waitingFor else { return ("", nil) }
    let rest = stream.waitingUntil.map { ": \(PageWords.duration($0 - now)) more" } ?? ""
    return ("Waits for \(what)\(rest).", stream.waitingUntil)
  }

  var last: Moment {
    guard let last = stream.last else { return ("none yet", nil) }
    let ended = last.ended ?? last.began
    return (PageWords.relative(ended, now: now), ended)
  }

  var lastSize: String {
    guard let last = stream.last else { return "" }
    let took = PageWords.duration((last.ended ?? last.began) - last.began)
    return "\(PageWords.count(last.lines, "line")) in \(took)"
  }

  var next: Moment {
    if let round = stream.round { return ("running for \(PageWords.duration(now - round.began))", round.began) }
    if let next = stream.nextTry ?? stream.next { return (PageWords.relative(next, now: now), next) }
    if stream.errorClass == "ThirdPartyConfig" { return ("after a change or a restart", nil) }
    return (stream.follows.map { "after \($0)" } ?? "—", nil)
  }

  var roundSize: String {
    guard let round = stream.round else { return "" }
    return "\(PageWords.count(round.pages, "page")), \(PageWords.count(round.lines, "line"))"
  }

  var behind: String { stream.behind.map(PageWords.duration) ?? "—" }

  /// Lines a second since the round began: without a script there is nothing newer to tell.
  var throughput: String {
    stream.round.map { PageWords.rate($0.lines, in: now - $0.began) } ?? "0"
  }

  /// `ThirdPartyGeneric 3`.
  var retries: String {
    let parts = stream.counts.retries.sorted { $0.key < $1.key }.map { "\($0.key) \(PageWords.number($0.value))" }
    return parts.isEmpty ? "0" : parts.joined(separator: ", ")
  }
}
