internal import Health
internal import Sinks
internal import SystemPackage

extension StreamContext {
  /// Tells a person of files that a sink has removed, who may look for them, or that it could not remove.
  func tell(_ removal: FileRetention.Removal) {
    switch removal {
    case .removed(let files, let bytes):
      let names = files.prefix(3).map { "'\($0)'" } + (files.count > 3 ? ["\(files.count - 3) more"] : [])
      var event = HealthEvent(
        "FilesRemoved",
        .info,
        stream: stream,
        "'keep' or 'max' of the sink has removed \(names.joined(separator: ", "))"
      )
      event.counts = ["files": files.count, "bytes": bytes]
      events.record(event)
    case .failed(let path, let error):
      var event = HealthEvent(
        .firstPartyGeneric,
        .warning,
        stream: stream,
        "'\(path)' should be removed, as 'keep' or 'max' of the sink says, and cannot: \(error)"
      )
      event.tracker = "FileNotRemoved"
      events.record(event)
    }
  }

  /// Tells a person of letters that are no more: they were data.
  func tell(_ removed: DeadLetters.Removed, from path: FilePath) {
    let reason = removed.wereOld ? "older than 'keep'" : "more than 'max' holds"
    var event = HealthEvent(
      "DeadLettersRemoved",
      .warning,
      stream: stream,
      "\(removed.letters) dead letters in '\(path)' were \(reason), and are removed"
    )
    event.counts = ["letters": removed.letters, "bytes": removed.bytes]
    events.record(event)
  }
}
