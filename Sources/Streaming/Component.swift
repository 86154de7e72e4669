/// What a source, stage or sink says about itself.
///
/// Everything that a person or an editor learns about a component comes from here: `list`, `describe`, the JSON
/// Schema, the checks of a pipeline file and their suggestions.
public struct Component: Sendable {
  /// How the options of a component are written in a pipeline file.
  public enum Form: Sendable {
    /// Named options, `guard-size: { limit: 64KiB }`.
    case options([Option])
    /// Names of the user's own to values, `rename: { QDS: RISK }`.
    case entries(key: OptionKind, value: OptionKind)
  }

  /// The word in the pipeline file, such as `join-knowledge-base`.
  public var name: String
  /// One sentence.
  public var summary: String
  /// What else one should know: semantics, memory held, what is dropped.
  public var discussion: String
  /// Its options.
  public var form: Form
  /// The option that is meant when a lone value stands where a mapping could: `files: "-"`.
  public var principal: String?
  /// A few lines of YAML as they would stand in a list of stages or sinks, or as the source.
  public var example: String
  /// Stages that must stand somewhere before this one, for it needs what they make.
  public var requires: [String]
  /// The option that says how long what this stage remembers is kept; nil when it is kept for ever.
  public var retention: String?

  /// Documents a component.
  public init(
    _ name: String,
    summary: String,
    discussion: String = "",
    form: Form = .options([]),
    principal: String? = nil,
    example: String,
    requires: [String] = [],
    retention: String? = nil
  ) {
    self.name = name
    self.summary = summary
    self.discussion = discussion
    self.form = form
    self.principal = principal
    self.example = example
    self.requires = requires
    self.retention = retention
  }
}

/// One option of a component.
public struct Option: Sendable {
  /// The word in the pipeline file.
  public var name: String
  /// What values it takes.
  public var kind: OptionKind
  /// What holds when it is left out, as it would be written; nil when nothing does.
  public var standard: String?
  /// Whether it must be given.
  public var isRequired: Bool
  /// One sentence.
  public var summary: String

  /// Documents an option.
  public init(
    _ name: String,
    _ kind: OptionKind,
    default standard: String? = nil,
    required: Bool = false,
    _ summary: String
  ) {
    self.name = name
    self.kind = kind
    self.standard = standard
    self.isRequired = required
    self.summary = summary
  }
}

/// What values an option takes.
public indirect enum OptionKind: Sendable {
  /// Any scalar, as text.
  case text
  /// `true` or `false`.
  case boolean
  /// A whole number.
  case integer(ClosedRange<Int>)
  /// Bytes: `65536`, `64KiB`, `1MB`.
  case size(ClosedRange<Int>)
  /// A time span, in seconds: `90s`, `5m`, `1h`, `14d`.
  case duration(ClosedRange<Int>)
  /// A path of Qualys' own names, `DETECTION.SEVERITY`.
  case field
  /// A path in the file system.
  case path
  /// One of some words.
  case choice([String])
  /// Several; one alone may stand without brackets.
  case list(OptionKind)
  /// Options within an option; the name tells groups apart, for a group may contain itself.
  case group(String, @Sendable () -> [Option])
  /// Names of the user's own to values, `{ X-Sumo-Category: qualys }`.
  case entries(OptionKind)
}
