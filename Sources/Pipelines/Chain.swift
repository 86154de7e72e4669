internal import Streaming

/// Ports along a stream: where neighbours do not fit, and what would help.
struct Chain: Sendable {
  /// A stage, or the sinks at the end, by what it takes and gives.
  struct Link: Sendable {
    var name: String
    var location: Location
    /// What it takes and gives, for each kind of record that it is registered for; empty when nobody knows it.
    var variants: [(input: Port, output: Port)]
    /// Whether it is the end.
    var isSink = false

    /// `'split-detections' (line 17)`.
    var description: String { "'\(name)' (\(location.description))" }
  }

  /// The source's name and place, for messages.
  var source: Link
  /// What the source gives; nil when that is not known.
  var start: Port?
  /// The stages, and last the sinks.
  var links: [Link]

  /// How many neighbours do not fit, when `port` flows into the link of a number.
  func misfits(from port: Port?, at index: Int = 0) -> Int {
    var memory: [Key: Int] = [:]
    return misfits(from: port, at: index, &memory)
  }

  private struct Key: Hashable {
    var index: Int
    var port: Port?
  }

  private func misfits(from port: Port?, at index: Int, _ memory: inout [Key: Int]) -> Int {
    guard index < links.count else { return 0 }
    let key = Key(index: index, port: port)
    if let known = memory[key] { return known }
    let fits = fits(port, links[index])
    var least = Int.max
    for next in nextPorts(port, links[index]) {
      least = min(least, misfits(from: next, at: index + 1, &memory))
    }
    memory[key] = least + (fits ? 0 : 1)
    return least + (fits ? 0 : 1)
  }

  /// Whether a link takes a port.
  func fits(_ port: Port?, _ link: Link) -> Bool {
    port == nil || link.variants.isEmpty || link.variants.contains { $0.input == port }
  }

  /// What may flow behind a link: what it gives for what it gets, or after a misfit, whichever lets more of the rest fit.
  private func nextPorts(_ port: Port?, _ link: Link) -> [Port?] {
    if link.variants.isEmpty { return [nil] }
    if let port {
      let fitting = link.variants.filter { $0.input == port }.map { Optional($0.output) }
      return fitting.isEmpty ? link.variants.map(\.output) + [port] : fitting
    }
    let outputs = Set(link.variants.map(\.output))
    return outputs.count == 1 ? [outputs.first] : [nil]
  }

  /// What flows behind the link of a number, so that one misfit is not reported again as the next one.
  func port(after index: Int, from port: Port?) -> Port? {
    let candidates = nextPorts(port, links[index])
    let ranked = candidates.map { ($0, misfits(from: $0, at: index + 1)) }
    return ranked.min { $0.1 < $1.1 }?.0 ?? nil
  }
}

// MARK: - Help

extension Chain {
  /// What would make the link of a number fit, given what flows into it.
  func help(at index: Int, from port: Port, registry: Registry) -> String? {
    let now = misfits(from: start)
    let others = links.indices.filter { $0 != index }.map { links[$0] }
    var best: (misfits: Int, help: String)?
    func consider(_ misfits: Int, _ help: @autoclosure () -> String) {
      if misfits < min(now, best?.misfits ?? .max) { best = (misfits, help()) }
    }
    if !links[index].isSink {
      // The nearest place first, so that it is the one that is named.
      let last = others.last?.isSink == true ? others.count - 1 : others.count
      let places = (0...last).sorted { (abs($0 - index), $0) < (abs($1 - index), $1) }
      for place in places where place != index {
        var moved = others
        moved.insert(links[index], at: place)
        consider(
          Chain(source: source, start: start, links: moved).misfits(from: start),
          place == 0 ? "move it before \(others[0].description)" : "move it after \(others[place - 1].description)"
        )
      }
    }
    for later in links.indices.dropFirst(index + 1) where links[later].variants.contains(where: { $0.input == port }) {
      if links[later].isSink { continue }
      var moved = links
      moved.insert(moved.remove(at: later), at: index)
      consider(
        Chain(source: source, start: start, links: moved).misfits(from: start),
        "move \(links[later].description) before it"
      )
    }
    if let bridge = registry.bridge(from: port, to: links[index].variants.map(\.input)) {
      var longer = links
      longer.insert(contentsOf: bridge, at: index)
      consider(
        Chain(source: source, start: start, links: longer).misfits(from: start),
        "add \(bridge.map { "'\($0.name)'" }.joined(separator: " and ")) before it"
      )
    }
    if !links[index].isSink {
      consider(Chain(source: source, start: start, links: others).misfits(from: start), "leave it out")
    }
    return best?.help
  }
}

extension Registry {
  /// The fewest stages that lead from one port to one of some others.
  func bridge(from port: Port, to goals: [Port]) -> [Chain.Link]? {
    var paths: [(port: Port, names: [StageVariant])] = [(port, [])]
    var seen: Set<Port> = [port]
    while !paths.isEmpty {
      let path = paths.removeFirst()
      if goals.contains(path.port), !path.names.isEmpty {
        return path.names.map { variant in
          Chain.Link(
            name: variant.component.name,
            location: .commandLine(""),
            variants: [(variant.input, variant.output)]
          )
        }
      }
      for variant in stages where variant.input == path.port && seen.insert(variant.output).inserted {
        paths.append((variant.output, path.names + [variant]))
      }
    }
    return nil
  }
}
