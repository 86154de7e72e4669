internal import Foundation
internal import Health
internal import Pipelines
internal import Qualys
internal import State

/// How a pipeline stands, as a person reads it.
struct StatusText: CustomStringConvertible {
  private let status: PipelineStatus

  init(_ status: PipelineStatus) { self.status = status }

  var description: String {
    var rows: [(String, String)] = [("state", status.folder + (status.hasState ? "" : " (none yet)"))]
    rows.append(("running", status.holder.map { $0.process.map { "process \($0)" } ?? "yes" } ?? "no"))
    if let problem = status.problem { rows.append(("problem", problem)) }
    rows += status.events.map { ("open event", Self.words($0)) }
    let sections = status.streams.map { stream in
      "\n  \(stream.name): \(stream.health.rawValue)\n" + Self.aligned(self.rows(of: stream), indent: 4)
    }
    return "\(status.pipeline): \(status.health.rawValue)\n" + Self.aligned(rows, indent: 2) + sections.joined()
  }

  private func rows(of stream: StreamStatus) -> [(String, String)] {
    if !stream.isMeasured { return [("source", "does not ask Qualys")] + letters(stream) }
    var rows: [(String, String)] = []
    if let problem = stream.problem { rows.append(("problem", problem)) }
    rows.append(("next round", stream.window.map { "asks for \(Self.words($0.text))" } ?? "is the first"))
    if let round = stream.round { rows.append(("round at hand", Self.words(round))) }
    if let last = stream.finished {
      let began = last.began.map { ", began \($0) by Qualys' clock" } ?? ""
      let pages = "\(Figures.count(last.pages)) page\(last.pages == 1 ? "" : "s")"
      rows.append(("last round", "ended \(ServerTime.text(last.ended))\(began), \(pages)"))
    }
    let limit = "behind from \(Figures.time(stream.limit)) on"
    rows.append(("behind by", stream.behind.map { "\(Figures.time($0)) (\(limit))" } ?? "everything"))
    if !stream.leftOut.isEmpty {
      rows.append(("left out", stream.leftOut.map(Self.words).joined(separator: ", ")))
    }
    rows += stream.spooled.map { ("waits", Self.words($0)) }
    return rows + letters(stream) + stream.events.map { ("open event", Self.words($0)) }
  }

  private static func words(_ spooled: StreamStatus.Spooled) -> String {
    let lines = "\(Figures.count(spooled.lines)) line\(spooled.lines == 1 ? "" : "s")"
    return "\(lines) for \(spooled.sink), \(Figures.bytes(spooled.bytes)) of \(Figures.bytes(spooled.limit)) on disk"
  }

  private func letters(_ stream: StreamStatus) -> [(String, String)] {
    if stream.deadLetters == 0 { return [] }
    return [("dead letters", "\(Figures.count(stream.deadLetters)) in \(status.deadLetterPath)")]
  }

  // MARK: - Words

  private static func words(_ since: String?) -> String { since.map { "what changed since \($0)" } ?? "everything" }

  private static func words(_ round: StreamStatus.RoundAtHand) -> String {
    let pages = "\(Figures.count(round.pages)) page\(round.pages == 1 ? "" : "s") committed"
    guard let place = round.place else { return "\(pages), begins anew" }
    let next = place.isComplete ? "has only to be finished" : place.next.map { "goes on at id \($0)" } ?? "goes on"
    return "asks for \(words(place.since)); \(pages), \(next)"
  }

  private static func words(_ left: StreamStatus.LeftOut) -> String {
    "\(left.id)" + (left.since.map { " since \(ServerTime.text($0))" } ?? "")
  }

  private static func words(_ event: LoggedEvent) -> String {
    "\(event.tracker) at \(ServerTime.text(event.time)): \(event.message)"
  }

  private static func aligned(_ rows: [(String, String)], indent: Int) -> String {
    let width = rows.map(\.0.count).max() ?? 0
    let margin = String(repeating: " ", count: indent)
    return rows.map { name, value in
      margin + name + String(repeating: " ", count: width - name.count + 2) + value
    }.joined(separator: "\n")
  }
}
