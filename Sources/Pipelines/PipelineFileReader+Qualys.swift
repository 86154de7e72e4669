extension PipelineFileReader {
  /// How Qualys is reached.
  mutating func qualys(_ entry: YAMLNode.Entry) -> QualysSettings? {
    guard let map = mapping(entry.value, of: "'qualys'", keys: PipelineFile.qualysKeys.map(\.name)) else { return nil }
    var settings = QualysSettings()
    platform = text(map["platform"], "platform").flatMap { choice($0, "platform", PipelineFile.platforms) }
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
    if let versions = map["versions"],
      let map = mapping(versions.value, of: "'versions'", keys: ["detections", "knowledge-base", "assets"])
    {
      for (key, entry) in map {
        guard let version = text(entry, key) else { continue }
        settings.versions[key] = version.value
        if version.isKnown, version.value.wholeMatch(of: /[0-9]+\.[0-9]+/) == nil {
          findings.error("'\(key)' is a version such as 5.0, not '\(version.shown)'", at: version.location)
        }
      }
    }
    return settings
  }

  /// A text, unless it could not be looked up.
  private mutating func known(_ entry: YAMLNode.Entry?, _ key: String) -> String? {
    guard let text = text(entry, key) else { return nil }
    return text.isKnown ? text.value : nil
  }
}
