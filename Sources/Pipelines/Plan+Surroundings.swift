internal import Qualys

/// What a pipeline needs around it, for whoever sets up a machine for it.
extension Plan {
  /// The pipeline file as it stands.
  package var text: String { origin.text }

  /// Whether a secret stands in the file itself.
  package var holdsClearSecret: Bool { !origin.hidden.isEmpty }

  /// The `${NAME}` of the file, in order, each once.
  package var outsideNames: [String] {
    // What does not begin as YAML is no plan.
    guard let root = YAMLReader.read(origin.text).root else { return [] }
    var substitution = Substitution(nil)
    _ = substitution.replace(in: root)
    return substitution.names
  }

  /// The folders that a run makes files in, sorted, without that of a state which the file does not name.
  ///
  /// Of a path that holds a `{placeholder}` or a `${NAME}` it is the part before.
  package var writtenFolders: [String] {
    let files =
      streams.flatMap(\.sinks).flatMap(\.pathOptions).map(\.path) + [deadLetterPath] + [events].compactMap { $0 }
    let folders = [state, capture?.folder].compactMap { $0 }
    let known = files.filter { $0 != "-" }.map { path in
      FolderAccess.parent(of: String(path.prefix { !"{$".contains($0) }))
    }
    return Set(known + folders).sorted()
  }

  /// Files that a run reads besides its pipeline file, without those that streams begin with.
  package var readFiles: [String] {
    [replay, qualys?.caFile, qualys?.clientCertificate, qualys?.clientKey].compactMap { $0 }
  }
}
