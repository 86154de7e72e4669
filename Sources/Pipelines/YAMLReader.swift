internal import Yams

/// Reads YAML, and JSON, into nodes with positions.
struct YAMLReader {
  private let source: SourceText
  private var findings = Findings()
  private var nodeCount = 0

  /// More values than this stand in no pipeline file, but in one that a few aliases blow up.
  private static let limit = 100_000

  private init(_ source: SourceText) { self.source = source }

  /// Reads a text.
  ///
  /// - Returns: The root, nil when the text cannot be read, and what was found.
  static func read(_ text: String) -> (root: YAMLNode?, findings: Findings) {
    var reader = YAMLReader(SourceText(text))
    let root = reader.compose(text)
    return (root.flatMap { reader.node($0) }, reader.findings)
  }

  // MARK: - Syntax

  private mutating func compose(_ text: String) -> Node? {
    var text = text
    // Each repeated key is reported and renamed, in a copy, so that what else is the matter is found too.
    for round in 0..<100 {
      do {
        guard let root = try Yams.compose(yaml: text, .basic) else {
          findings.error(
            "the file is empty",
            at: .file(Place(line: 1, column: 1)),
            help: "'sluice new' writes one to start from"
          )
          return nil
        }
        return root
      } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
        let first = Place(line: context.mark.line, column: context.mark.column)
        let repeated = RepeatedKey.find(keys.first ?? "", after: first, in: SourceText(text))
        guard let repeated else {
          findings.error("'\(keys.first ?? "")' stands twice in this mapping", at: .file(first))
          return nil
        }
        findings.error(
          "'\(keys.first ?? "")' stands twice in this mapping",
          at: .file(repeated),
          help: "the first one is on line \(first.line)"
        )
        text = RepeatedKey.renaming(repeated, in: text, round: round)
      } catch let error as YamlError {
        findings.add(YAMLProblem.diagnostic(for: error, in: source))
        return nil
      } catch {
        findings.error("the file cannot be read: \(error)", at: nil)
        return nil
      }
    }
    return nil
  }

  // MARK: - Nodes

  private mutating func node(_ node: Node) -> YAMLNode? {
    nodeCount += 1
    guard nodeCount <= Self.limit else {
      if nodeCount == Self.limit + 1 { findings.error("the file holds more than \(Self.limit) values", at: nil) }
      return nil
    }
    let start = Place(line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    switch node {
    case .scalar(let scalar):
      let isQuoted = scalar.style != .plain
      let place = source.extent(from: start, plain: scalar.string)
      let value = YAMLNode.Scalar(text: scalar.string, written: scalar.string, isQuoted: isQuoted)
      return YAMLNode(content: .scalar(value), location: .file(place))
    case .sequence(let sequence):
      var nodes: [YAMLNode] = []
      for element in sequence {
        guard let element = self.node(element) else { return nil }
        nodes.append(element)
      }
      return YAMLNode(content: .list(nodes), location: .file(source.extent(from: start, plain: "-")))
    case .mapping(let mapping):
      guard let entries = entries(mapping) else { return nil }
      let length = source.extent(from: start, plain: entries.first?.key ?? "")
      return YAMLNode(content: .map(entries), location: .file(length))
    case .alias:
      // `compose` has replaced them.
      return nil
    }
  }

  private mutating func entries(_ mapping: Node.Mapping) -> [YAMLNode.Entry]? {
    var entries: [YAMLNode.Entry] = []
    var merged: [YAMLNode.Entry] = []
    for (key, value) in mapping {
      let start = Place(line: key.mark?.line ?? 1, column: key.mark?.column ?? 1)
      guard let scalar = key.scalar else {
        findings.error("a key must be a word", at: .file(start))
        continue
      }
      let place = source.extent(from: start, plain: scalar.string)
      guard let value = node(value) else { return nil }
      if RepeatedKey.isRenamed(scalar.string) { continue }
      if scalar.string == "<<", scalar.style == .plain {
        merged += merge(value, at: place)
      } else {
        entries.append(YAMLNode.Entry(key: scalar.string, location: .file(place), value: value))
      }
    }
    for entry in merged where !entries.contains(where: { $0.key == entry.key }) { entries.append(entry) }
    return entries
  }

  private mutating func merge(_ value: YAMLNode, at place: Place) -> [YAMLNode.Entry] {
    switch value.content {
    case .map(let entries): return entries
    case .list(let nodes): return nodes.flatMap { merge($0, at: place) }
    case .scalar:
      findings.error("'<<' takes in a mapping, such as '<<: *base'", at: .file(place))
      return []
    }
  }
}
