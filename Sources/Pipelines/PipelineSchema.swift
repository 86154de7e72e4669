internal import Qualys
internal import Streaming

/// The JSON Schema of a pipeline file, for editors: what the components of a registry say of themselves.
package enum PipelineSchema {
  /// The schema as JSON text, ending in a newline; the same registry gives the same text.
  package static func text(_ registry: Registry) -> String { schema(registry).text() + "\n" }

  private typealias Members = [(key: String, value: SchemaValue)]

  private static func schema(_ registry: Registry) -> SchemaValue {
    var groups = Groups()
    let roles = Role.allCases.map { role in
      (key: role.rawValue, value: components(registry, role, &groups))
    }
    let definitions: Members =
      roles + [
        ("stream", .object(stream)),
        ("qualys", object(PipelineFile.qualysKeys, qualysTypes)),
        ("lookup", ["type": "string", "pattern": "\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}"]),
      ] + groups.definitions
    let streams: SchemaValue = ["type": "object", "minProperties": 1, "additionalProperties": reference("stream")]
    let types: [String: SchemaValue] = [
      "name": name, "names": choice(PipelineFile.namings), "qualys": reference("qualys"), "replay": scalar("string"),
      "dead-letters": deadLetters, "reserve": size(from: 0), "state": scalar("string"), "events": scalar("string"),
      "capture": capture,
      "sinks": list("sink", atLeast: 1), "streams": streams,
    ]
    var members: Members = [
      ("$schema", "https://json-schema.org/draft/2020-12/schema"),
      ("title", "A pipeline of Sluice"),
    ]
    // A file with one stream has the stream's keys at its top.
    let own = PipelineFile.streamKeys.filter { !PipelineFile.sharedKeys.contains($0.name) }
    if case .object(let whole) = object(PipelineFile.keys + own, types.merging(streamTypes) { $1 }) { members += whole }
    members.append(("$defs", .object(definitions)))
    return .object(members)
  }

  // MARK: - The file

  private static var stream: Members {
    guard case .object(let members) = object(PipelineFile.streamKeys, streamTypes) else { return [] }
    return members
  }

  private static var streamTypes: [String: SchemaValue] {
    let output = object(
      PipelineFile.outputKeys,
      ["name": name, "stages": list("stage", atLeast: 0), "sinks": list("sink", atLeast: 1)]
    )
    return [
      "every": ["type": "string", "pattern": interval], "after": scalar("string"),
      "source": reference("source"), "stages": list("stage", atLeast: 0), "sinks": list("sink", atLeast: 1),
      "outputs": ["type": "array", "minItems": 1, "items": output],
      "start": ["type": "string", "pattern": "^(all|[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:]{8}Z)?|.*\\$\\{.*)$"],
      "full": ["type": "string", "pattern": "^(never|weekly|monthly|[1-9][0-9]*[smhd]|.*\\$\\{.*)$"],
      "previously": name,
    ]
  }

  private static var capture: SchemaValue {
    let types: [String: SchemaValue] = [
      "on": choice(PipelineFile.captureOccasions), "keep": ["type": "string", "pattern": interval],
      "max": size(from: 1024),
      "folder": scalar("string"),
    ]
    return object(PipelineFile.captureKeys, types)
  }

  private static var deadLetters: SchemaValue {
    let types: [String: SchemaValue] = [
      "file": scalar("string"), "keep": ["type": "string", "pattern": interval], "max": size(from: 1024),
    ]
    return ["anyOf": [scalar("string"), object(PipelineFile.deadLetterKeys, types)]]
  }

  private static func size(from least: Int, to most: Int = .max) -> SchemaValue {
    [
      "anyOf": [
        ["type": "integer", "minimum": .number(least), "maximum": .number(most)],
        ["type": "string", "pattern": "^[0-9]+ ?([KMGT]iB|[kKMGT]?B)?$"], reference("lookup"),
      ]
    ]
  }

  private static var qualysTypes: [String: SchemaValue] {
    let version: SchemaValue = ["type": ["string", "number"]]
    return [
      "platform": choice(Platform.names), "server": scalar("string"), "gateway": scalar("string"),
      "username": scalar("string"), "password": scalar("string"), "ca-file": scalar("string"),
      "client-certificate": scalar("string"), "client-key": scalar("string"),
      "leave": ["type": "string", "pattern": "^([0-8]?[0-9]%|90%|.*\\$\\{.*)$"],
      "connections": ["anyOf": [["type": "integer", "minimum": 1, "maximum": 100], reference("lookup")]],
      "versions": [
        "type": "object", "additionalProperties": false,
        "properties": .object(PipelineFile.versionKeys.map { (key: $0, value: version) }),
      ],
    ]
  }

  private static var name: SchemaValue { ["type": "string", "pattern": "^([A-Za-z0-9_][A-Za-z0-9_-]*|.*\\$\\{.*)$"] }

  private static var interval: SchemaValue { "^([1-9][0-9]*[smhd]|.*\\$\\{.*)$" }

  private static func object(
    _ keys: [(name: String, summary: String)],
    _ types: [String: SchemaValue]
  ) -> SchemaValue {
    let properties = keys.compactMap { key in
      types[key.name].map { (key: key.name, value: $0.described(key.summary)) }
    }
    return ["type": "object", "additionalProperties": false, "properties": .object(properties)]
  }

  private static func scalar(_ type: String) -> SchemaValue { ["type": .text(type)] }

  private static func list(_ definition: String, atLeast count: Int) -> SchemaValue {
    ["type": "array", "minItems": .number(count), "items": reference(definition)]
  }

  private static func reference(_ definition: String) -> SchemaValue { ["$ref": .text("#/$defs/\(definition)")] }

  private static func choice(_ words: [String]) -> SchemaValue {
    ["anyOf": [["enum": .list(words.map { .text($0) })], reference("lookup")]]
  }

  // MARK: - Components

  private static func components(_ registry: Registry, _ role: Role, _ groups: inout Groups) -> SchemaValue {
    let components = registry.components(role)
    var words: [SchemaValue] = []
    var mappings: [SchemaValue] = []
    for component in components {
      let summary = component.discussion.isEmpty ? component.summary : "\(component.summary) \(component.discussion)"
      if !component.needsOptions {
        words.append(["const": .text(component.name), "description": .text(summary)])
      }
      mappings.append(mapping(component.name, body(component, &groups).described(summary)))
    }
    return ["anyOf": .list(words + mappings)]
  }

  private static func mapping(_ name: String, _ body: SchemaValue) -> SchemaValue {
    [
      "type": "object", "additionalProperties": false, "required": [.text(name)],
      "properties": .object([(name, body)]),
    ]
  }

  private static func body(_ component: Component, _ groups: inout Groups) -> SchemaValue {
    switch component.form {
    case .entries(_, let value):
      return ["type": "object", "minProperties": 1, "additionalProperties": groups.schema(value)]
    case .options(let options):
      var forms = [groups.object(options)]
      if let principal = options.first(where: { $0.name == component.principal }) {
        forms.append(groups.schema(principal.kind))
      }
      if !component.needsOptions { forms.append(["type": "null"]) }
      return ["anyOf": .list(forms)]
    }
  }

  /// The schemas of options, and those of the groups among them, each of which is defined once.
  private struct Groups {
    private(set) var definitions: Members = []

    mutating func object(_ options: [Option]) -> SchemaValue {
      var members: Members = []
      for option in options {
        let summary = option.standard.map { "\(option.summary) Default: \($0)." } ?? option.summary
        members.append((option.name, schema(option.kind).described(summary)))
      }
      let required = options.filter(\.isRequired).map { SchemaValue.text($0.name) }
      var object: Members = [("type", "object"), ("additionalProperties", false), ("properties", .object(members))]
      if !required.isEmpty { object.append(("required", .list(required))) }
      return .object(object)
    }

    mutating func schema(_ kind: OptionKind) -> SchemaValue {
      switch kind {
      case .text: ["type": ["string", "number", "boolean"]]
      case .field, .path: ["type": "string"]
      case .boolean: ["anyOf": [["type": "boolean"], PipelineSchema.reference("lookup")]]
      case .integer(let range):
        [
          "anyOf": [
            ["type": "integer", "minimum": .number(range.lowerBound), "maximum": .number(range.upperBound)],
            PipelineSchema.reference("lookup"),
          ]
        ]
      case .size(let range): PipelineSchema.size(from: range.lowerBound, to: range.upperBound)
      case .duration:
        ["anyOf": [["type": "string", "pattern": PipelineSchema.interval], PipelineSchema.reference("lookup")]]
      case .choice(let words): PipelineSchema.choice(words)
      case .list(let member): list(of: member)
      case .group(let name, let options): group(name, options)
      case .entries(let value): ["type": "object", "additionalProperties": schema(value)]
      }
    }

    private mutating func list(of kind: OptionKind) -> SchemaValue {
      let member = schema(kind)
      return ["anyOf": [member, ["type": "array", "items": member]]]
    }

    private mutating func group(_ name: String, _ options: () -> [Option]) -> SchemaValue {
      if !definitions.contains(where: { $0.key == name }) {
        // The place is taken first, for a group may contain itself.
        let index = definitions.count
        definitions.append((name, true))
        definitions[index].value = object(options())
      }
      return PipelineSchema.reference(name)
    }
  }
}

extension Component {
  /// Whether the bare word is not enough.
  fileprivate var needsOptions: Bool {
    switch form {
    case .options(let options): options.contains(where: \.isRequired)
    case .entries: true
    }
  }
}

extension SchemaValue: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral {
  init(dictionaryLiteral elements: (String, SchemaValue)...) {
    self = .object(elements.map { (key: $0.0, value: $0.1) })
  }

  init(arrayLiteral elements: SchemaValue...) { self = .list(elements) }

  /// The schema with a description, which editors show.
  func described(_ text: String) -> SchemaValue {
    guard case .object(let members) = self else { return self }
    return .object([(key: "description", value: .text(text))] + members)
  }
}
