/// Faults that are drawn from a seed, of those that a collector can get over without losing anything.
///
/// An API's calls draw one after the other: the same seed gives the same faults to the same sequence of calls. After
/// `mostInARow` faults a call goes well, so that whoever goes on asking gets there.
package struct SeededFaults: Sendable {
  /// What the faults follow from.
  package var seed: UInt64

  /// How many of 100 calls go wrong, before `mostInARow` lets some of them go well.
  package var percent: Int

  /// How many calls of an API go wrong one after the other at most.
  package var mostInARow = 3

  /// The number of an API's last call that can go wrong, or `nil` when there is none.
  package var lastCall: Int?

  private var inARow: [SimulatedAPI: Int] = [:]

  /// Draws from a seed for so many of 100 calls.
  package init(seed: UInt64, percent: Int) {
    precondition((0...100).contains(percent), "a share is from 0 to 100 %")
    self.seed = seed
    self.percent = percent
  }

  /// Draws for an API's call of a number, or returns nothing where it goes well.
  mutating func draw(for api: SimulatedAPI, call: Int) -> Fault? {
    // Not `hashValue`, which is another in each process.
    let stream = SimulatedAPI.allCases.firstIndex(of: api) ?? 0
    var generator = SeededGenerator(seed: seed, stream: stream, round: call)
    guard call <= lastCall ?? .max, inARow[api, default: 0] < mostInARow, generator.chance(percent: percent) else {
      inARow[api] = 0
      return nil
    }
    inARow[api, default: 0] += 1
    return Self.fault(of: api, using: &generator)
  }

  private static func fault(of api: SimulatedAPI, using generator: inout SeededGenerator) -> Fault {
    let place = generator.below(60_000)
    var faults: [Fault] = [
      .status(500), .status(502), .status(503), .status(504), .html, .empty, .cut(nil), .cut(place), .reset(nil),
      .reset(place), .truncate(place), .incident(place), .noLastChunk, .badChunk(place), .length(10),
      .noLength(place), .stall(.milliseconds(20), after: place), .headers(generator.pick(AbsurdLimits.allCases)),
    ]
    if api == .signIn {
      // A token that is cut is a wrong one, and a page is none: this is what a service that is down does.
      return generator.pick([.status(500), .status(502), .status(503), .status(504), .cut(nil), .reset(nil)])
    }
    var wait = ErrorFields()
    wait.wait = 1
    if api.isOnGateway {
      faults += [.status(429, wait), .status(401), .expiredToken]
      if api == .assets { faults.append(.missingHasMore) }
    } else {
      faults += [.status(202), .status(409, code: 1960), .status(409, code: 1965, wait), .error(999)]
      if api == .detections { faults.append(.repeatedHost) }
    }
    return generator.pick(faults)
  }
}
