package import Qualys

extension Since {
  /// Reads what a person writes: `all`, a day such as `2026-11-01`, or a time such as `2026-11-01T06:00:00Z`.
  package init?(written text: String) {
    if text == "all" {
      self = .all
      return
    }
    let time = text.utf8.count == 10 ? text + "T00:00:00Z" : text
    guard let seconds = ServerTime.seconds(time) else { return nil }
    self = .time(ServerTime.text(seconds))
  }
}
