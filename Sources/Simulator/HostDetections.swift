/// The detections of one host: as many as the host has, no QID twice as long as there are QIDs left.
struct HostDetections: Sequence, IteratorProtocol {
  private let host: SimulatedHost
  private let options: DetectionsSimulation.Options
  private var generator: SeededGenerator
  private var number = 0

  // How many scans are behind, and the number of the first detection that comes of the next.
  private var scan = 0
  private var numberOfNextScan = 0

  // The ranks already drawn. When none is left, they may all be drawn again, on the next instance.
  private var isDrawn = [Bool](repeating: false, count: VulnerabilityCatalogue.shared.vulnerabilities.count)
  private var drawn = 0
  private var instance = 0

  init(of host: SimulatedHost, options: DetectionsSimulation.Options, generator: SeededGenerator) {
    self.host = host
    self.options = options
    self.generator = generator
  }

  mutating func next() -> SimulatedDetection? {
    while scan < host.scans.count, number == numberOfNextScan {
      numberOfNextScan += host.scans[scan].newDetections
      scan += 1
    }
    guard number < numberOfNextScan else { return nil }
    defer { number += 1 }
    let isFirst = host.index == 0 && number == 0
    return SimulatedDetection(
      vulnerability: drawVulnerability(),
      host: host,
      foundBy: scan - 1,
      uniqueID: uniqueID,
      instance: instance,
      resultsBytes: isFirst ? options.resultsBytes : nil,
      generator: generator.split()
    )
  }

  private mutating func drawVulnerability() -> Vulnerability {
    let catalogue = VulnerabilityCatalogue.shared
    if drawn == isDrawn.count {
      for rank in isDrawn.indices { isDrawn[rank] = false }
      drawn = 0
      instance += 1
    }
    var rank = catalogue.drawRank(using: &generator)
    // 787 has no divisor in common with the number of ranks: the steps lead past all of them.
    while isDrawn[rank] { rank = (rank + 787) % isDrawn.count }
    isDrawn[rank] = true
    drawn += 1
    return catalogue.vulnerabilities[rank]
  }

  /// A number of up to 11 digits that no other detection has.
  private var uniqueID: Int {
    var serial = host.index * (options.detectionsPerHost ?? SimulatedHost.mostDetections) + number
    // What later scans find is counted in the upper half.
    if scan > 1 { serial = 1 << 33 + host.index << 10 + number - host.scans[0].newDetections }
    // Multiplying by an odd number reorders the numbers below 2^34, about 17 billion.
    return 1_000_000_000 + (serial &* 0x2_9E37_79B9) & (1 << 34 - 1)
  }
}
