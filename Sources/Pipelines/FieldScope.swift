internal import Records

/// Which fields a stage can name where it stands.
struct FieldScope: Sendable {
  /// What flows there, or what its lines were written from; nil when that is not known.
  var port: Port?
  /// Fields that stages before it made.
  var introduced: Set<String> = []
  /// What was joined to the records before it.
  var join: Join?
  /// The stage before it that gave records other fields than Qualys sent.
  var changer: Changer?
  /// What stands behind it.
  var later: ArraySlice<Chain.Link> = []

  /// What is the matter with a field that is named there.
  func finding(for path: String, at location: Location, isNew: Bool = false) -> Diagnostic? {
    guard FieldPath(path) != nil else {
      return Diagnostic(
        .error,
        "'\(path)' is not a path of names",
        at: location,
        help: "a field is written DETECTION.SEVERITY"
      )
    }
    if introduced.contains(path) { return nil }
    if isOfEntry(path) { return findingOfEntry(for: path, at: location, isNew: isNew) }
    if !isNew, let finding = findingOfID(path, at: location) { return finding }
    guard let port else { return written(path, at: location, in: [Port(Detection.self)]) }
    guard let known = KnownFields.of(port) else { return nil }
    if known.contains(path) { return nil }
    // A host's field may be named as a detection's is, before the split. Assets are written as Qualys names them.
    let isAsset = port == Port(Asset.self) || port == Port(AssetsAnswer.self)
    let ports = isAsset ? [] : port == Port(KnowledgeBaseEntry.self) ? [port] : [port, Port(Detection.self)]
    if let finding = written(path, at: location, in: ports) { return finding }
    if let finding = misplaced(path, at: location) { return finding }
    // A field that is about to be made may have any name.
    if isNew { return nil }
    if let closest = known.closest(to: path) ?? join.flatMap({ _ in KnownFields.joined.closest(to: path) }) {
      return Diagnostic(
        .warning,
        "no field '\(path)' that we know; did you mean '\(closest)'?",
        at: location
      )
    }
    return Diagnostic(.warning, "'\(path)' is not a field that we know; it is used as it is", at: location)
  }

  /// A field that is named as it is written out.
  private func written(_ path: String, at location: Location, in ports: [Port]) -> Diagnostic? {
    for port in ports {
      let joined = port == Port(Detection.self) ? KnownFields.joined.path(writtenAs: path) : nil
      guard var field = KnownFields.of(port)?.path(writtenAs: path) ?? joined else { continue }
      if self.port == Port(Host.self), field.hasPrefix("DETECTION.") { field = "DETECTION_LIST.\(field)" }
      return Diagnostic(
        .error,
        "no field '\(path)'; that is how it is written out. Here it is '\(field)'",
        at: location
      )
    }
    return nil
  }

  /// The stage behind it that makes a record of each detection, in words: `'split-detections' (line 17)`.
  private var splitter: String? {
    later.first { $0.variants.contains { $0.input == Port(Host.self) && $0.output == Port(Detection.self) } }?
      .description
  }

  /// A detection's field before the split, or a host's list after it.
  private func misplaced(_ path: String, at location: Location) -> Diagnostic? {
    if port == Port(Host.self), path == "DETECTION" || path.hasPrefix("DETECTION.") {
      return Diagnostic(
        .error,
        "hosts have no field '\(path)'",
        at: location,
        help: splitter.map { "move it after \($0)" } ?? "a host's detections stand under DETECTION_LIST.DETECTION"
      )
    }
    if port == Port(Detection.self), path == "DETECTION_LIST" || path.hasPrefix("DETECTION_LIST.") {
      let rest = path.dropFirst("DETECTION_LIST.DETECTION".count)
      return Diagnostic(
        .error,
        "a detection has no field '\(path)'",
        at: location,
        help: "here it is 'DETECTION\(rest)'"
      )
    }
    return nil
  }
}
