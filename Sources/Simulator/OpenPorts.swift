/// An asset's open ports, as those who looked for them left the list.
struct OpenPorts: Sendable {
  private struct Port: Sendable {
    var number: Int
    var service: StaticString?
    var firstFound: SimulatedInstant

    /// When it was last seen open; nothing for the few that never have a date.
    var lastUpdated: SimulatedInstant?
  }

  /// The ports, or nothing for an asset that has no list.
  private var ports: [Port]?

  /// Makes up what an asset has that was last changed at an instant.
  init(at modified: SimulatedInstant, using generator: inout SeededGenerator) {
    if generator.chance(percent: 20) { return }
    var ports: [Port] = []
    for number in [22, 80, 443, 3_389, 5_432, 8_080] where generator.chance(percent: 45) {
      let seen = modified - generator.below(60 * SimulatedInstant.day)
      let hasService = !generator.chance(percent: 50)
      ports.append(
        Port(
          number: number,
          service: hasService ? "http" : nil,
          firstFound: seen - 90 * SimulatedInstant.day,
          lastUpdated: generator.chance(percent: 90) ? seen : nil
        )
      )
    }
    self.ports = ports
  }

  /// Looks again: most ports are seen open once more, a few are closed, and one may have been opened.
  mutating func look(at instant: SimulatedInstant, opening newPort: Int?, using generator: inout SeededGenerator) {
    if var ports {
      ports.removeAll { _ in generator.chance(percent: 10) }
      for index in ports.indices where generator.chance(percent: 60) {
        if ports[index].lastUpdated != nil { ports[index].lastUpdated = instant }
      }
      self.ports = ports
    }
    guard let newPort else { return }
    ports = (ports ?? []) + [Port(number: newPort, service: nil, firstFound: instant, lastUpdated: instant)]
  }

  func write(to writer: inout JSONAnswerWriter) {
    guard let ports else { return writer.null("openPortListData") }
    writer.list("openPortListData", "openPort") { writer in
      for port in ports {
        writer.object {
          $0.number("port", port.number)
          $0.string("description", "service on the wire")
          $0.string("protocol", "TCP")
          if let service = port.service { $0.string("detectedService", service) } else { $0.null("detectedService") }
          $0.date("firstFound", port.firstFound)
          if let seen = port.lastUpdated { $0.date("lastUpdated", seen) } else { $0.null("lastUpdated") }
          $0.null("authorization")
        }
      }
    }
  }
}
