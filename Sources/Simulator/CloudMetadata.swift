/// What the cloud says about a host in it: its METADATA and its CLOUD_PROVIDER_TAGS.
struct CloudMetadata: Sendable {
  /// When the cloud was asked last.
  let seen: SimulatedInstant

  func write(to writer: inout AnswerWriter, using generator: inout SeededGenerator) {
    writer.group("METADATA") { writer in
      writer.group("EC2") { writer in
        for attribute in Self.attributes where generator.chance(percent: 80) {
          write(attribute, to: &writer, using: &generator)
        }
        writeAccount(to: &writer, using: &generator)
      }
    }
    writer.group("CLOUD_PROVIDER_TAGS") { writer in
      for tag in Self.tags.prefix(generator.number(in: 1...4)) {
        writer.group("CLOUD_TAG") {
          $0.cdata("NAME", tag.name)
          $0.cdata("VALUE", generator.pick(tag.values))
          $0.element("LAST_SUCCESS_DATE", seen)
        }
      }
    }
  }

  private func write(_ attribute: Choices, to writer: inout AnswerWriter, using generator: inout SeededGenerator) {
    writer.group("ATTRIBUTE") {
      $0.cdata("NAME", attribute.name)
      if generator.chance(percent: 92) {
        $0.element("LAST_STATUS", "Success")
        $0.cdata("VALUE", generator.pick(attribute.values))
        $0.element("LAST_SUCCESS_DATE", seen)
      } else {
        $0.element("LAST_STATUS", "Fail")
        $0.cdata("VALUE", "")
        $0.element("LAST_ERROR_DATE", seen)
        $0.cdata("LAST_ERROR", "No answer within 5 s")
      }
    }
  }

  private func writeAccount(to writer: inout AnswerWriter, using generator: inout SeededGenerator) {
    writer.group("ATTRIBUTE") {
      $0.cdata("NAME", "accountId")
      $0.element("LAST_STATUS", "Success")
      $0.cdata("VALUE") { $0.append(generator.below(1_000_000_000_000), digits: 12) }
      $0.element("LAST_SUCCESS_DATE", seen)
    }
  }

  /// A name and the values it may have.
  private struct Choices {
    var name: StaticString
    var values: [StaticString]
  }

  private static let attributes = [
    Choices(name: "instanceType", values: ["t3.medium", "m6i.large", "c7g.xlarge"]),
    Choices(name: "availabilityZone", values: ["eu-central-1a", "eu-west-1b", "ap-northeast-1c"]),
    Choices(name: "instanceState", values: ["RUNNING", "STOPPED"]),
    Choices(name: "spotInstance", values: ["false", "true", "null"]),
    Choices(name: "launchTime", values: ["1793500000000", "1785911122333"]),
    Choices(name: "publicDnsName", values: ["", "null"]),
  ]

  private static let tags = [
    Choices(name: "Name", values: ["web & shop", "batch", "データ収集"]),
    Choices(name: "cost-center", values: ["4711", "0815", "Größe L"]),
    Choices(name: "env", values: ["prod", "stage", ""]),
    Choices(name: "owner", values: ["team-a", "team \"b\"", "🚀 <launch>"]),
  ]
}
