internal import Records
internal import Stages
internal import Streaming

/// Which records a tap shows, in the words of the stage `filter`.
struct TapFilter: Sendable {
  private let condition: Condition

  /// Reads words such as `{ field: DETECTION.SEVERITY, at-least: 4 }`.
  ///
  /// - Throws: What is wrong with them at that place, and which other place to take.
  init(_ text: String, at point: TapPoint) throws(TapRefusal) {
    try Self.checkFields(of: point)
    let (root, problems) = YAMLReader.read(text)
    let location = Location.commandLine("where")
    guard problems.all.isEmpty, let root else {
      let problem = problems.all.first?.message ?? "it is empty"
      throw TapRefusal(.wrong, "the filter cannot be read: \(problem); \(Self.example)")
    }
    var findings = Findings()
    let component = Filter<Detection>.component
    let use = ComponentUse(id: 0, name: component.name, location: location, body: root.moved(to: location))
    guard let given = OptionReader.given(use, of: component, &findings) else {
      throw TapRefusal(.wrong, "the filter is a mapping of options; \(Self.example)")
    }
    var reader = OptionReader(component, scope: Self.scope(at: point), pipeline: [])
    reader.read(given, at: location)
    if let error = reader.findings.all.first(where: { $0.severity == .error }) {
      throw Self.refusal(error.message, error.help)
    }
    do {
      condition = try Condition(reader.result.entries)
    } catch {
      throw Self.refusal(error.description, error.help)
    }
  }

  private static func refusal(_ message: String, _ help: String?) -> TapRefusal {
    TapRefusal(.wrong, ["the filter: \(message)", help].compactMap(\.self).joined(separator: "; "))
  }

  private static let example = "write it as in a pipeline file: { field: DETECTION.SEVERITY, at-least: 4 }"

  /// Whether a record is one to show; what has no fields is none.
  func holds(for record: some Record) -> Bool {
    let fields = (record as? any LogRecord)?.fields ?? (record as? Line)?.fields
    return fields.map { condition.holds(for: $0) } ?? false
  }

  /// What has no fields cannot be chosen by them.
  private static func checkFields(of point: TapPoint) throws(TapRefusal) {
    if point.port.isAnswer {
      throw TapRefusal(
        .wrong,
        "'\(point.name)' gives answers as they come, in pieces, and a filter needs fields: tap after the stage that decodes "
          + "them, or a later one"
      )
    }
    let isMade = point.stages.contains { $0.input != .lines && !$0.input.isAnswer }
    if point.port == .lines, !isMade {
      throw TapRefusal(.wrong, "lines of '\(point.name)' come as text, without fields that a filter could look at")
    }
  }

  /// The fields that can be named there; lines have those of the records that they were written from.
  private static func scope(at point: TapPoint) -> FieldScope {
    var scope = FieldScope(port: nil)
    for (stage, input) in point.stages {
      if input != .lines { scope.port = input }
      var read = OptionReader.Result()
      read.entries = stage.options.entries
      scope.pass(ComponentUse(id: 0, name: stage.name, location: stage.location), stage.component, read)
    }
    if point.port != .lines { scope.port = point.port }
    return scope
  }
}
