/// One host: everything about it follows from the seed and the host's place among all hosts.
struct SimulatedHost: Sendable {
  /// The host's place among all hosts, from 0.
  let index: Int
  let id: Int

  /// Its scans so far: the first, and one for each later round in which it was scanned again.
  let scans: [Scan]

  /// A scan of a host.
  struct Scan: Sendable {
    /// When it ended.
    var ended: SimulatedInstant

    /// When Qualys had worked through it.
    var processed: SimulatedInstant

    /// How many detections it was the first to find.
    var newDetections: Int
  }

  private let platform: HostPlatform
  private let isInCloud: Bool
  private let cloudID: UInt64
  private let fields: SeededGenerator
  private let detections: SeededGenerator

  init(_ index: Int, options: DetectionsSimulation.Options) {
    var generator = SeededGenerator(seed: options.seed, stream: index)
    self.index = index
    let gap = generator.below(64)
    id = 10_000_000 + (options.hasConsecutiveIDs ? index : index * 64 + gap)
    let usualCount = generator.logNormal(logarithm: 3.19, deviation: 1)
    let detections = options.detectionsPerHost ?? min(max(Int(usualCount), 1), Self.mostDetections)
    let scanned = .november2026 + generator.below(20 * SimulatedInstant.day)
    let processed = scanned + generator.number(in: 60...7_200)
    let first = Scan(ended: scanned, processed: processed, newDetections: detections)
    scans = [first] + (1..<options.round).compactMap { Self.scan(index, inRound: $0 + 1, seed: options.seed) }
    platform = generator.pick(HostPlatform.all)
    isInCloud = generator.chance(percent: 20)
    cloudID = generator.next()
    fields = generator.split()
    self.detections = generator.split()
  }

  /// The scan of a host in a later round, if it is scanned again.
  private static func scan(_ index: Int, inRound round: Int, seed: UInt64) -> Scan? {
    var generator = SeededGenerator(seed: seed, stream: index, round: round)
    // The first host is, so that no round is without news.
    guard generator.chance(percent: 40) || index == 0 else { return nil }
    let ended = SimulatedInstant.event(inRound: round, seed: seed, using: &generator)
    return Scan(
      ended: ended,
      processed: ended + generator.number(in: 60...7_200),
      newDetections: index == 0 ? generator.number(in: 3...5) : generator.below(4)
    )
  }

  /// The scan that Qualys' answers are about.
  var lastScan: Scan { scans[scans.count - 1] }

  /// The place before which no host has a number from `id` on.
  static func firstIndex(ofID id: Int, options: DetectionsSimulation.Options) -> Int {
    max(id - 10_000_000, 0) / (options.hasConsecutiveIDs ? 1 : 64)
  }

  /// The most detections a host has if nobody says how many.
  static let mostDetections = 2_000

  /// The host's detections, one after the other.
  func makeDetections(options: DetectionsSimulation.Options) -> HostDetections {
    HostDetections(of: self, options: options, generator: detections)
  }

  /// Writes the elements that stand before DETECTION_LIST.
  func writeFields(to writer: inout AnswerWriter, withTags: Bool = true) {
    var generator = fields
    writeAddresses(to: &writer, using: &generator)
    writeNames(to: &writer, using: &generator)
    if isInCloud { writeCloudIdentity(to: &writer) }
    if platform.isWindows {
      writer.cdata("NETBIOS") {
        $0.append("WIN-")
        $0.append(id)
      }
    }
    if generator.chance(percent: 60) {
      writer.cdata("QG_HOSTID") {
        $0.append(hexadecimal: generator.next(), digits: 8)
        $0.append("-00b0-0000-")
        $0.append(hexadecimal: generator.next(), digits: 4)
        $0.append("-")
        $0.append(hexadecimal: generator.next(), digits: 12)
      }
    }
    writeScans(to: &writer, using: &generator)
    // Drawn whether they are written or not, so that what follows them stays the same.
    let count = writer.count
    writeTags(to: &writer, using: &generator)
    if !withTags { writer.drop(behind: count) }
    if isInCloud { CloudMetadata(seen: lastScan.ended).write(to: &writer, using: &generator) }
  }
}

extension SimulatedHost {
  private func writeAddresses(to writer: inout AnswerWriter, using generator: inout SeededGenerator) {
    writer.element("ID", id)
    writer.element("ASSET_ID", 40_000_000 + id * 3)
    writer.element("IP") {
      switch generator.below(3) {
      case 0:
        $0.append("10.")
        $0.append(generator.below(256))
      case 1:
        $0.append("172.")
        $0.append(generator.number(in: 16...31))
      default:
        $0.append("192.168")
      }
      $0.append(".")
      $0.append(generator.below(256))
      $0.append(".")
      $0.append(generator.number(in: 1...254))
    }
    if generator.chance(percent: 15) {
      writer.element("IPV6") {
        $0.append("fd00:0:0:")
        $0.append(hexadecimal: generator.next(), digits: 4)
        $0.append("::")
        $0.append(hexadecimal: UInt64(index), digits: 4)
      }
    }
    writer.element("TRACKING_METHOD", generator.pick(trackingMethods))
    if generator.chance(percent: 25) { writer.empty("ASSET_GROUP_LIST") }
    if generator.chance(percent: 70) { writer.element("NETWORK_ID", 0) }
  }

  private var trackingMethods: [StaticString] {
    if isInCloud { return ["EC2", "Cloud Agent", "AGENT"] }
    return ["IP", "AGENT", "Cloud Agent", "DNS"] + (platform.isWindows ? ["NETBIOS"] : [])
  }

  private func writeNames(to writer: inout AnswerWriter, using generator: inout SeededGenerator) {
    let domain = generator.pick(Self.domains)
    writer.cdata("OS", platform.name)
    if generator.chance(percent: 50) { writer.cdata("OS_CPE", platform.cpe) }
    if generator.chance(percent: 10) { return }
    writer.cdata("DNS") { writeFullName(in: domain, to: &$0) }
    writer.group("DNS_DATA") {
      $0.cdata("HOSTNAME", text: writeName)
      $0.cdata("DOMAIN", domain)
      $0.cdata("FQDN") { writeFullName(in: domain, to: &$0) }
    }
  }

  private func writeName(to writer: inout AnswerWriter) {
    writer.append(platform.isWindows ? "win-" : "srv-")
    writer.append(id)
  }

  private func writeFullName(in domain: StaticString, to writer: inout AnswerWriter) {
    writeName(to: &writer)
    writer.append(".")
    writer.append(domain)
  }

  private static let domains: [StaticString] = [
    "corp.example.com", "plant-2.example.net", "lab.example.org", "bücher.example",
  ]

  private func writeCloudIdentity(to writer: inout AnswerWriter) {
    writer.cdata("CLOUD_PROVIDER", "AWS")
    writer.cdata("CLOUD_SERVICE", "EC2")
    writer.cdata("CLOUD_RESOURCE_ID", text: writeInstanceID)
    writer.cdata("EC2_INSTANCE_ID", text: writeInstanceID)
  }

  private func writeInstanceID(to writer: inout AnswerWriter) {
    writer.append("i-0")
    writer.append(hexadecimal: cloudID, digits: 16)
  }

  private func writeScans(to writer: inout AnswerWriter, using generator: inout SeededGenerator) {
    let duration = generator.number(in: 40...4_000)
    writer.element("LAST_SCAN_DATETIME", lastScan.processed)
    writer.element("LAST_VM_SCANNED_DATE", lastScan.ended)
    writer.element("LAST_VM_SCANNED_DURATION", duration)
    if generator.chance(percent: 75) {
      writer.element("LAST_VM_AUTH_SCANNED_DATE", lastScan.ended)
      writer.element("LAST_VM_AUTH_SCANNED_DURATION", duration)
    }
    if generator.chance(percent: 30) {
      writer.element("LAST_PC_SCANNED_DATE", lastScan.ended - generator.below(90 * SimulatedInstant.day))
    }
  }

  private func writeTags(to writer: inout AnswerWriter, using generator: inout SeededGenerator) {
    let count = generator.number(in: 0...6)
    if count == 0 { return }
    // Neighbours in the list, so that no tag comes twice.
    let first = generator.below(HostTag.all.count)
    writer.group("TAGS") {
      for offset in 0..<count {
        HostTag.all[(first + offset) % HostTag.all.count].write(to: &$0)
      }
    }
  }
}
