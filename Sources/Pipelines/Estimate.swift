/// How much a pipeline would give, from a rehearsal on saved answers.
package struct Estimate: Sendable, Encodable {
  /// Logs of one kind, from one output, in one round.
  package struct Row: Sendable, Encodable {
    package var stream: String
    /// The output's name, where the stream has several.
    package var output: String?
    package var logType: String
    package var round: Int
    package var logs: Int
    /// Uncompressed, with newlines.
    package var bytes: Int
    package var largest: Int
    /// At zlib's level 6, in members of 1 MiB.
    package var compressed: Int
  }

  /// When a round began, seconds since 1970.
  package struct Round: Sendable, Encodable {
    package var number: Int
    package var time: Int
  }

  /// What records would take as plain JSON before and after a stage.
  package struct Stage: Sendable, Encodable {
    package var stream: String
    package var output: String?
    package var stage: String
    package var recordsBefore: Int
    package var bytesBefore: Int
    package var recordsAfter: Int
    package var bytesAfter: Int
    /// Whether what comes in is not records yet, but the bytes of answers.
    package var readsAnswers: Bool
  }

  /// What a field takes in the lines of a kind: its name, its value, quotes and comma.
  package struct Field: Sendable, Encodable {
    package var logType: String
    package var path: String
    package var bytes: Int
  }

  package var pipeline: String
  /// The rounds that streams took part in, in order; one alone where nothing is replayed.
  package var rounds: [Round] = []
  package var rows: [Row] = []
  package var stages: [Stage] = []
  /// All fields, the heaviest first.
  package var fields: [Field] = []

  /// Seconds from the first round to the last.
  ///
  /// What the later rounds gave changed within them; the first gave everything there was.
  package var span: Int { (rounds.last?.time ?? 0) - (rounds.first?.time ?? 0) }
}
