/// A tag that users gave their hosts.
struct HostTag: Sendable {
  var id: Int
  var name: StaticString
  var color: StaticString?

  static let all = [
    HostTag(id: 7_100_101, name: "Servers"),
    HostTag(id: 7_100_102, name: "Clients & Kiosks"),
    HostTag(id: 7_100_340, name: "Internet facing", color: "#CC0000"),
    HostTag(id: 7_100_355, name: "Produktion / Köln"),
    HostTag(id: 7_100_356, name: "Büro Düsseldorf – Außenstelle", color: "#0066FF"),
    HostTag(id: 7_100_412, name: "本番環境"),
    HostTag(id: 7_100_413, name: "東京データセンター", color: "#008800"),
    HostTag(id: 7_100_777, name: "🔥 Patch first"),
    HostTag(id: 7_100_778, name: "Owner: <nobody>"),
    HostTag(id: 3_000_100_901, name: "Décommission 2027"),
  ]

  func write(to writer: inout AnswerWriter) {
    writer.group("TAG") {
      $0.element("TAG_ID", id)
      $0.cdata("NAME", name)
      if let color {
        $0.element("COLOR", color)
        $0.element("BACKGROUND_COLOR", "#FFFFFF")
      }
    }
  }
}
