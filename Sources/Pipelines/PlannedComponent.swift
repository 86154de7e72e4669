internal import Sinks
package import Streaming

/// A source, stage or sink of a checked pipeline.
package struct PlannedComponent: Sendable {
  /// The word in the pipeline file.
  package let name: String
  /// Where it stands.
  package let location: Location
  /// What it says about itself.
  package let component: Component
  /// Its options, checked, with defaults laid under them.
  package let options: Options
  /// Its options as a person should see them, in the order of its documentation, with where each came from.
  package let settings: [PlannedSetting]
}

extension PlannedComponent {
  /// How many bytes may wait for this sink on disk; nil when it is written to directly.
  package var spool: Int? {
    guard case .options(let all) = component.form, all.contains(where: { $0.name == Spool.option.name }) else {
      return nil
    }
    return options.integer(Spool.option.name)
  }

  /// The options that are paths, and their values.
  var pathOptions: [(name: String, path: String)] {
    guard case .options(let all) = component.form else { return [] }
    return all.compactMap { option in
      guard case .path = option.kind, let path = options.text(option.name) else { return nil }
      return (option.name, path)
    }
  }
}

/// An option of a checked pipeline as a person should see it.
package struct PlannedSetting: Sendable, Equatable {
  /// Where a value came from.
  package enum Origin: Sendable, Equatable {
    /// It is written down.
    case given(Location)
    /// It is what holds when nothing is written down.
    case standard
    /// It is the pipeline's own, under a key of the file: `names`, `qualys.platform`.
    case pipeline(key: String, Location)
  }

  /// The option.
  package let name: String
  /// Its value as one would write it; `${NAME}` where the value comes from outside.
  package let value: String
  /// Where it came from.
  package let origin: Origin
}
