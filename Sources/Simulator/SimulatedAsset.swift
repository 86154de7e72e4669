/// One asset: everything about it follows from the seed and the asset's place among all assets.
struct SimulatedAsset: Sendable {
  /// The asset's place among all assets, from 0.
  let index: Int
  let id: Int

  /// When it was changed last.
  let modified: SimulatedInstant

  /// What changed it after the round in which it was first seen.
  private let changes: [Change]
  private let firstModified: SimulatedInstant
  private let created: SimulatedInstant
  private let platform: HostPlatform
  private let isInCloud: Bool
  private let hasAgent: Bool
  private let softwareCount: Int
  private let uuid: (high: UInt64, low: UInt64)
  private let generator: SeededGenerator

  init(_ index: Int, options: AssetsSimulation.Options) {
    // Assets draw from streams of their own, far from those of hosts.
    var generator = SeededGenerator(seed: options.seed, stream: -1_000 - index)
    self.index = index
    id = 60_000_000 + index * 32 + generator.below(32)
    let age = generator.number(in: 20...900) * SimulatedInstant.day
    let firstChange = generator.below(20 * SimulatedInstant.day)
    platform = generator.pick(HostPlatform.all)
    isInCloud = generator.chance(percent: 25)
    hasAgent = generator.chance(percent: 70)
    let usualCount = generator.number(in: 20...200)
    softwareCount = options.softwarePerAsset ?? usualCount
    uuid = (generator.next(), generator.next())
    self.generator = generator

    // Those beyond the first are new, one in each round.
    let firstRound = max(index - options.assets + 2, 1)
    if firstRound == 1 {
      created = .november2026 - age
      firstModified = .november2026 + firstChange
    } else {
      var news = SeededGenerator(seed: options.seed, stream: -1_000 - index, round: firstRound)
      created = .event(inRound: firstRound, seed: options.seed, using: &news)
      firstModified = created
    }
    changes = (firstRound..<max(options.round, firstRound)).compactMap {
      Change(of: index, inRound: $0 + 1, seed: options.seed)
    }
    modified = changes.last?.modified ?? firstModified
  }

  /// A change in a later round.
  private struct Change: Sendable {
    let round: Int
    let modified: SimulatedInstant
    let generator: SeededGenerator

    /// Whether the asset changes follows from the round; the first always does, the second never.
    init?(of index: Int, inRound round: Int, seed: UInt64) {
      var generator = SeededGenerator(seed: seed, stream: -1_000 - index, round: round)
      guard index != 1, generator.chance(percent: 70) || index == 0 else { return nil }
      self.round = round
      modified = .event(inRound: round, seed: seed, using: &generator)
      self.generator = generator
    }
  }

  /// The place before which no asset has a number from `id` on.
  static func firstIndex(ofID id: Int) -> Int { max(id - 60_000_000, 0) / 32 }

  func write<Failure: Error>(
    to writer: inout JSONAnswerWriter,
    passingOnTo receive: AnswerWriter.Receiver<Failure>
  ) throws(Failure) {
    var generator = generator
    writer.open("{")
    writeIdentity(to: &writer, using: &generator)
    writeSystem(to: &writer, using: &generator)
    writeLists(to: &writer, using: &generator)
    try writeSoftware(to: &writer, using: &generator, passingOnTo: receive)
    writeCloud(to: &writer, using: &generator)
    writeAgent(to: &writer, using: &generator)
    writeContext(to: &writer, using: &generator)
    writer.close("}")
    try writer.passOnFullChunk(to: receive)
  }

  private func writeIdentity(to writer: inout JSONAnswerWriter, using generator: inout SeededGenerator) {
    writer.number("assetId", id)
    writer.string("assetUUID", text: writeUUID)
    if generator.chance(percent: 85) { writer.number("hostId", id / 7) } else { writer.null("hostId") }
    writer.date("lastModifiedDate", modified)
    if hasAgent { writer.string("agentId", text: writeUUID) } else { writer.null("agentId") }
    writer.date("createdDate", created)
    writer.date("sensorLastUpdatedDate", modified - generator.below(3_600))
    writer.string("assetType", "HOST")
    writer.string("address") {
      $0.append("10.")
      $0.append(generator.below(256))
      $0.append(".")
      $0.append(generator.below(256))
      $0.append(".")
      $0.append(generator.number(in: 1...254))
    }
    writer.string("dnsName") {
      writeName(to: &$0)
      $0.append(generator.pick([".corp.example.com", ".bücher.example", ".lab.example.org"]))
    }
    writer.string("assetName", text: writeName)
    if platform.isWindows { writer.string("netbiosName", text: writeName) } else { writer.null("netbiosName") }
    writer.string("timeZone", generator.pick(["+01:00", "+05:30", "-08:00"]))
    writer.string("biosDescription", generator.pick(["Example BIOS \\\"2.4\\\"", "Ex\\/BIOS 1.0", "Größe\\u0020L"]))
    writer.date("lastBoot", modified - generator.below(30 * SimulatedInstant.day))
    writer.number("totalMemory", generator.pick([2_048, 7_982, 16_384, 262_144]))
    writer.number("cpuCount", generator.number(in: 1...64))
    writer.string("lastLoggedOnUser", generator.pick(["root", "CORP\\\\björn", "田中", "nobody"]))
    writer.null("domainRole")
    writer.string("hwUUID", text: writeUUID)
    writer.null("biosSerialNumber")
    writer.string("biosAssetTag", "")
    writer.truth("isContainerHost", generator.chance(percent: 10))
  }

  private func writeUUID(to text: inout AnswerWriter) {
    text.append(hexadecimal: uuid.high, digits: 8)
    text.append("-")
    text.append(hexadecimal: uuid.high &>> 32, digits: 4)
    text.append("-")
    text.append(hexadecimal: uuid.high &>> 48, digits: 4)
    text.append("-")
    text.append(hexadecimal: uuid.low &>> 48, digits: 4)
    text.append("-")
    text.append(hexadecimal: uuid.low, digits: 12)
  }

  private func writeName(to text: inout AnswerWriter) {
    text.append(platform.isWindows ? "win-" : "srv-")
    text.append(id)
  }

  private func writeSystem(to writer: inout JSONAnswerWriter, using generator: inout SeededGenerator) {
    writer.object("operatingSystem") { writer in
      writer.string("osName", platform.name)
      writer.string("fullName", platform.name)
      writer.string("category", platform.isWindows ? "Windows / Server" : "Linux / Server")
      writer.string("category1", platform.isWindows ? "Windows" : "Linux")
      writer.string("category2", "Server")
      writer.string("version", generator.pick(["9.4", "10.0.20348", "unknown"]))
      writer.null("update")
      writer.string("architecture", "x86_64")
      writer.object("lifecycle") {
        $0.date("gaDate", created - 900 * SimulatedInstant.day)
        // A date can be words.
        if generator.chance(percent: 30) {
          $0.string("eolDate", "Not Announced")
        } else {
          $0.date("eolDate", created + 2_000 * SimulatedInstant.day)
        }
        $0.string("stage", generator.pick(["GA", "EOL", "EOL/EOS"]))
      }
      writer.object("taxonomy") {
        // A string in one answer, a number in another.
        if generator.chance(percent: 50) { $0.string("id", "1274") } else { $0.number("id", 1_274) }
        $0.string("name", "Operating System")
      }
      writer.null("installDate")
      writer.string("cpe", platform.cpe)
    }
    if generator.chance(percent: 15) {
      writer.null("hardware")
    } else {
      writer.object("hardware") {
        $0.string("fullName", generator.pick(["Example Systems R640", "QEMU \\/ KVM", "Beispiel Größe-2"]))
        $0.string("manufacturer", "Example Systems")
        $0.object("lifecycle") { $0.string("stage", "Not Applicable") }
        $0.null("taxonomy")
      }
    }
  }

  private func writeLists(to writer: inout JSONAnswerWriter, using generator: inout SeededGenerator) {
    writer.list("userAccountListData", "userAccount") { writer in
      for name in ["root", "backup", "Jürgen"] as [StaticString] where generator.chance(percent: 60) {
        writer.object { $0.string("name", name) }
      }
    }
    var ports = OpenPorts(at: firstModified, using: &generator)
    for change in changes {
      var generator = change.generator
      // The first asset always opens one.
      let opens = generator.chance(percent: 40) || index == 0
      ports.look(at: change.modified, opening: opens ? 49_152 + change.round : nil, using: &generator)
    }
    ports.write(to: &writer)
    writer.list("volumeListData", "volume") {
      $0.object {
        $0.string("name", platform.isWindows ? "C:\\\\" : "\\/")
        $0.number("free", 34_645_118_976)
        $0.number("size", 48_202_350_592)
      }
    }
    writer.list("networkInterfaceListData", "networkInterface") { writer in
      for number in 0..<generator.number(in: 1...3) {
        writer.object {
          $0.string("hostname", text: writeName)
          $0.string("addressIpV4") {
            $0.append("192.168.7.")
            $0.append(generator.number(in: 1...254))
          }
          $0.null("addressIpV6")
          $0.string("macAddress") {
            $0.append("00:50:56:00:0")
            $0.append(number)
            $0.append(":")
            $0.append(hexadecimal: generator.next(), digits: 2)
          }
          $0.number("macVendorIntroDate", 946_944_000_000)
        }
      }
    }
  }

  private func writeSoftware<Failure: Error>(
    to writer: inout JSONAnswerWriter,
    using generator: inout SeededGenerator,
    passingOnTo receive: AnswerWriter.Receiver<Failure>
  ) throws(Failure) {
    if generator.chance(percent: 8) { return writer.null("softwareListData") }
    writer.open("{", "softwareListData")
    writer.open("[", "software")
    for _ in 0..<softwareCount {
      SimulatedSoftware(using: &generator, installed: created).write(to: &writer)
      try writer.passOnFullChunk(to: receive)
    }
    writer.close("]")
    writer.close("}")
    writer.null("softwareComponent")
  }

  private func writeCloud(to writer: inout JSONAnswerWriter, using generator: inout SeededGenerator) {
    guard isInCloud else {
      writer.null("provider")
      return writer.null("cloudProvider")
    }
    writer.string("provider", "AWS")
    writer.object("cloudProvider") { writer in
      writer.object("aws") { writer in
        writer.object("ec2") {
          $0.string("accountId") { $0.append(generator.below(1_000_000_000_000), digits: 12) }
          $0.string("availabilityZone", generator.pick(["eu-central-1a", "us-west-2b"]))
          $0.truth("hasAgent", hasAgent)
          $0.null("kernelId")
          $0.milliseconds("launchdate", created)
          $0.object("region") {
            $0.string("code", "eu-central-1")
            $0.string("name", "Europe (Frankfurt)")
          }
        }
        writer.array("tags") {
          $0.object {
            $0.string("key", "owner")
            $0.string("value", generator.pick(["team-a", "team \\\"b\\\"", "\\uD83D\\uDE80 launch", "チーム"]))
          }
        }
      }
      writer.null("azure")
      writer.null("gcp")
    }
  }

  private func writeAgent(to writer: inout JSONAnswerWriter, using generator: inout SeededGenerator) {
    if hasAgent {
      writer.object("agent") { writer in
        writer.string("version", "6.3.0.81")
        writer.array("activations") { writer in
          writer.object {
            $0.string("key", text: writeUUID)
            $0.string("status", "ACTIVE")
          }
        }
        writer.milliseconds("lastActivity", modified)
        writer.milliseconds("lastCheckedIn", modified + 45)
        writer.truth("errorStatus", false)
      }
    } else {
      writer.null("agent")
    }
    writer.object("sensor") {
      $0.array("activatedForModules") {
        $0.string(nil, "VM")
        if generator.chance(percent: 40) { $0.string(nil, "PC") }
      }
      $0.array("pendingActivationForModules") { _ in }
      $0.milliseconds("lastVMScan", modified)
      // Never.
      $0.number("lastComplianceScan", 0)
    }
  }

  private func writeContext(to writer: inout JSONAnswerWriter, using generator: inout SeededGenerator) {
    writer.null("container")
    writer.object("inventory") {
      $0.string("source", hasAgent ? "QAGENT" : "IP")
      $0.milliseconds("created", created)
      $0.milliseconds("lastUpdated", modified)
    }
    let tags = generator.number(in: 0...4)
    if tags == 0 {
      writer.null("tagList")
    } else {
      let first = generator.below(HostTag.all.count)
      writer.list("tagList", "tag") { writer in
        for offset in 0..<tags {
          let tag = HostTag.all[(first + offset) % HostTag.all.count]
          writer.object {
            $0.number("tagId", tag.id)
            $0.string("tagName", tag.name)
            $0.number("foregroundColor", 0)
            $0.null("businessImpact")
          }
        }
      }
    }
    writer.null("serviceList")
    writer.object("criticality") {
      $0.number("score", generator.number(in: 1...5))
      $0.truth("isDefault", generator.chance(percent: 50))
    }
    writer.number("riskScore", generator.below(1_000))
    writer.array("domain") { _ in }
    writer.null("whois")
    writer.object("processor") {
      $0.string("description", "Example(R) Core \\u00e9 2.4GHz")
      $0.number("speed", 2_400)
      $0.number("numCPUs", generator.number(in: 1...8))
    }
    writer.null("lparId")
  }
}
