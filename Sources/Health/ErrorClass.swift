/// What kind of trouble a failure is, in Sumo Logic's words (`sumo`, error classes).
package enum ErrorClass: String, Sendable, Codable, CaseIterable {
  /// The configuration is wrong: a person must change it, and asking again would not help.
  case thirdPartyConfig = "ThirdPartyConfig"
  /// Qualys, or the way to it, failed: asked again for ever.
  case thirdPartyGeneric = "ThirdPartyGeneric"
  /// Our own side failed (sink, disk, state): tried again for ever.
  case firstPartyGeneric = "FirstPartyGeneric"

  /// The name of its event, `ThirdPartyGenericError`.
  package var eventName: String { "\(rawValue)Error" }
}
