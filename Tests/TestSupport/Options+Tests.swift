package import Streaming

extension Options {
  /// Options of a component, as a pipeline file would give them.
  package static func of(_ component: Component, _ entries: KeyValuePairs<String, OptionValue> = [:]) -> Options {
    var known: Set<String> = []
    if case .options(let options) = component.form { known = Set(options.map(\.name)) }
    return Options(entries.map { ($0.key, $0.value) }, known: known)
  }
}

extension OptionValue {
  /// A list of texts.
  package static func texts(_ texts: String...) -> OptionValue { .list(texts.map { .text($0) }) }

  /// Options within an option.
  package static func group(_ entries: KeyValuePairs<String, OptionValue>) -> OptionValue {
    .entries(entries.map { ($0.key, $0.value) })
  }
}
