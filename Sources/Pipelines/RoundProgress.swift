package import Foundation
package import State

/// How far a stream has come, as the state keeps it with every page: what the next run goes on from.
package struct RoundProgress: Codable, Equatable, Sendable {
  /// Where a sink stands that has something to find again.
  package struct SinkPosition: Codable, Equatable, Sendable {
    /// The output's name or number.
    package var output: String
    /// The sink's number in it, from 0.
    package var number: Int
    /// Its word in the pipeline file.
    package var sink: String
    /// Its own words.
    package var position: Data
  }

  private static let currentVersion = 1

  private var version = Self.currentVersion
  /// The round that was begun and is not finished; nil between rounds.
  package var round: Int?
  /// The round that was finished last, of a run whose last one was not.
  package var finishedRound: Int?
  /// Where the source goes on behind the last committed page; nil for the round's beginning.
  package var cursor: Data?
  /// The server's clock in the round's first answer, as Qualys writes it; empty when that answer gave something, but no
  /// time: a later one's may be too late.
  package var began: String?
  /// Committed pages of the round.
  package var pages = 0
  /// How long the file of dead letters was behind the last committed page.
  package var deadLetters = 0
  /// Whether everything is written, and files only lack their names.
  package var isWritten = false
  package var sinks: [SinkPosition] = []

  /// Whether files without final names may hold something that is committed.
  var holdsFiles: Bool { pages > 0 || finishedRound != nil || isWritten }

  init() {}

  /// Reads what a state keeps of a stream; nothing when it has no progress, or that of a release that kept none of this.
  /// - Throws: ``UnreadableProgress``.
  package init(_ stored: StreamProgress?, of stream: String) throws {
    guard let stored, !stored.cursor.isEmpty else { return }
    struct Version: Decodable { var version: Int }
    let data = Data(stored.cursor)
    do {
      let version = try JSONDecoder().decode(Version.self, from: data).version
      guard version == Self.currentVersion else {
        throw UnreadableProgress(
          "stream '\(stream)': a newer release has kept how far it has come (version \(version), and this one knows "
            + "\(Self.currentVersion)); run that release"
        )
      }
      self = try JSONDecoder().decode(Self.self, from: data)
    } catch let error as DecodingError {
      throw UnreadableProgress(
        "stream '\(stream)': the state does not say how far it has come (\(error)); ask for its data again with 'sluice "
          + "reset PIPELINE/STREAM --from TIME'"
      )
    }
  }

  /// The progress as a state keeps it, as of a time of the server's clock.
  func stored(at serverTime: Int) throws -> StreamProgress {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return StreamProgress(cursor: Array(try encoder.encode(self)), serverTime: serverTime)
  }
}

/// What a stream has come to cannot be gone on from.
package struct UnreadableProgress: Error, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}
