internal import Qualys

extension PipelineFileReader {
  /// How Qualys is reached.
  mutating func qualys(_ entry: YAMLNode.Entry) -> QualysSettings? {
    guard let map = mapping(entry.value, of: "'qualys'", keys: PipelineFile.qualysKeys.map(\.name)) else { return nil }
    var settings = QualysSettings()
    platform = text(map["platform"], "platform").flatMap { choice($0, "platform", Platform.names) }
    settings.platform = platform?.value
    settings.server = text(map["server"], "server")?.value
    settings.gateway = text(map["gateway"], "gateway")?.value
    settings.username = known(map["username"], "username")
    settings.password = known(map["password"], "password")
    if let server = map["server"], map["platform"] != nil {
      findings.error("'qualys' has 'platform' or 'server', not both", at: server.location)
    } else if map["server"] == nil, map["platform"] == nil {
      findings.error("'qualys' needs 'platform' or 'server'", at: entry.location, help: "for example 'platform: US2'")
    }
    for key in ["username", "password"] where map[key] == nil {
      findings.error(
        "'qualys' needs '\(key)'",
        at: entry.location,
        help: "write '\(key): ${QUALYS_\(key.uppercased())}'"
      )
    }
    settings.caFile = text(map["ca-file"], "ca-file")?.value
    settings.clientCertificate = text(map["client-certificate"], "client-certificate")?.value
    settings.clientKey = text(map["client-key"], "client-key")?.value
    if (map["client-certificate"] == nil) != (map["client-key"] == nil) {
      let (has, lacks) =
        map["client-key"] == nil ? ("client-certificate", "client-key") : ("client-key", "client-certificate")
      findings.error("'qualys' has '\(has)' without '\(lacks)'", at: map[has]?.location)
    }
    if let leave = text(map["leave"], "leave"), leave.isKnown {
      if let share = Self.share(leave.value) {
        settings.leave = share
      } else {
        findings.error("'leave' is a share from 0% to 90%, not '\(leave.shown)'", at: leave.location)
      }
    }
    if let connections = text(map["connections"], "connections"), connections.isKnown {
      settings.connections = Int(connections.value).flatMap { (1...100).contains($0) ? $0 : nil }
      if settings.connections == nil {
        findings.error("'connections' is a number from 1 to 100, not '\(connections.shown)'", at: connections.location)
      }
    }
    if let versions = map["versions"],
      let map = mapping(versions.value, of: "'versions'", keys: PipelineFile.versionKeys)
    {
      for (key, entry) in map {
        guard let version = text(entry, key) else { continue }
        settings.versions[key] = version.value
        self.versions[key] = version.location
        if version.isKnown, version.value.wholeMatch(of: /[0-9]+\.[0-9]+/) == nil {
          findings.error("'\(key)' is a version such as 5.0, not '\(version.shown)'", at: version.location)
        }
      }
    }
    return settings
  }

  /// Percent, as a file writes them.
  private static func share(_ text: String) -> Int? {
    guard text.last == "%", let percent = Int(text.dropLast()), (0...90).contains(percent) else { return nil }
    return percent
  }

  /// A text, unless it could not be looked up.
  private mutating func known(_ entry: YAMLNode.Entry?, _ key: String) -> String? {
    guard let text = text(entry, key) else { return nil }
    return text.isKnown ? text.value : nil
  }
}
