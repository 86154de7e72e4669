internal import Records
internal import Streaming

/// What stages do to the fields that those behind them can name.
extension FieldScope {
  /// What `join-knowledge-base` puts beside detections.
  struct Join: Sendable {
    /// The stage in words: `'join-knowledge-base' (line 17)`.
    var stage: String
    /// The fields of entries that it joins; nil when it joins all.
    var fields: [String]?
  }

  /// A stage behind which records are not what Qualys sent.
  struct Changer: Sendable {
    /// The stage in words: `'select' (line 17)`.
    var stage: String
    /// Whether it is the decoder, which was told to leave fields out.
    var isDecoder: Bool
  }

  private static let joinWord = "join-knowledge-base"
  private static let idWord = "add-event-id"
  private static let changers: Set<String> = ["select", "rename", "add-fields", "flatten-software", "diff-ports"]
  private static let ids = ["event_id", "entity_id"]

  /// Which fields a stage's options name: those of entries where it joins them.
  func ofOptions(of use: ComponentUse) -> FieldScope {
    use.name == Self.joinWord ? FieldScope(port: Port(KnowledgeBaseEntry.self)) : self
  }

  /// What is the matter with a stage that stands there: ids are hashed from what was decoded.
  func finding(for use: ComponentUse) -> Diagnostic? {
    guard use.name == Self.idWord, let changer else { return nil }
    return Diagnostic(
      .error,
      changer.isDecoder
        ? "'\(use.name)' hashes all fields, and \(changer.stage) leaves some out"
        : "'\(use.name)' hashes what was decoded, and \(changer.stage) changes it",
      at: use.location,
      help: changer.isDecoder
        ? "leave them out behind it, with 'select: { remove: [...] }'" : "move it before \(changer.stage)"
    )
  }

  /// Learns what a stage does, for those behind it.
  mutating func pass(_ use: ComponentUse, _ component: Component, _ read: OptionReader.Result) {
    let stage = "'\(use.name)' (\(use.location.description))"
    func list(_ name: String) -> [String]? {
      guard case .list(let values) = read.entries.first(where: { $0.key == name })?.value else { return nil }
      return values.compactMap { if case .text(let text) = $0 { text } else { nil } }
    }
    switch use.name {
    case Self.joinWord: join = Join(stage: stage, fields: list("fields"))
    case Self.idWord: introduced.formUnion(Self.ids)
    case "decode-assets" where list("include") != nil || list("exclude")?.isEmpty == false:
      changer = Changer(stage: stage, isDecoder: true)
    case let name where Self.changers.contains(name) && changer == nil:
      changer = Changer(stage: stage, isDecoder: false)
    default: break
    }
    guard case .entries(key: .field, _) = component.form else { return }
    for (key, value) in read.entries {
      introduced.insert(key)
      guard case .text(let name) = value else { continue }
      introduced.insert((key.split(separator: ".").dropLast().map(String.init) + [name]).joined(separator: "."))
    }
  }

  // MARK: - Fields that stages make

  /// Whether a path leads to the entry that is joined to a detection.
  func isOfEntry(_ path: String) -> Bool {
    guard port == Port(Host.self) || port == Port(Detection.self) else { return false }
    return path == "KNOWLEDGE_BASE" || path.hasPrefix("KNOWLEDGE_BASE.")
  }

  /// What is the matter with such a path.
  func findingOfEntry(for path: String, at location: Location, isNew: Bool) -> Diagnostic? {
    guard let join else {
      let stage = later.first { $0.name == Self.joinWord }?.description
      return Diagnostic(
        .error,
        "there is no field '\(path)' yet",
        at: location,
        help: stage.map { "move it after \($0)" } ?? "put '\(Self.joinWord)' before it"
      )
    }
    let field = String(path.dropFirst("KNOWLEDGE_BASE.".count))
    if isNew || field.isEmpty || field == "MISSING" { return nil }
    if let fields = join.fields,
      !fields.contains(where: { "\(field).".hasPrefix("\($0).") || $0.hasPrefix("\(field).") })
    {
      return Diagnostic(
        .error,
        "\(join.stage) does not join '\(field)'",
        at: location,
        help: "add it to its 'fields', or leave 'fields' out"
      )
    }
    if KnownFields.joined.contains(path) { return nil }
    let closest = KnownFields.joined.closest(to: path)
    return Diagnostic(
      .warning,
      closest.map { "no field '\(path)' that we know; did you mean '\($0)'?" }
        ?? "'\(path)' is not a field that we know; it is used as it is",
      at: location
    )
  }

  /// What is the matter with an id that is named before it is made.
  func findingOfID(_ path: String, at location: Location) -> Diagnostic? {
    guard Self.ids.contains(path), let stage = later.first(where: { $0.name == Self.idWord })?.description else {
      return nil
    }
    return Diagnostic(.error, "there is no field '\(path)' yet", at: location, help: "move it after \(stage)")
  }
}
