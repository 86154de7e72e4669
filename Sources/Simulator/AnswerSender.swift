internal import Foundation
internal import NIOCore

/// Sends one answer, on a thread of its own that waits while the client does not read.
///
/// Each chunk is in the kernel's hands before the next is made: an answer of any size takes the memory of one chunk.
struct AnswerSender {
  private let answer: SimulatedAnswer
  private let connection: ServerConnection
  private let keepsConnection: Bool
  private var framing = AnswerFraming.chunked

  /// How many bytes of the body are sent.
  private var sent = 0
  private var isEnded = false

  init(_ answer: SimulatedAnswer, over connection: ServerConnection, keepsConnection: Bool) {
    self.answer = answer
    self.connection = connection
    var keepsConnection = keepsConnection && !answer.head.headers.contains(NamedValue("Connection", "close"))
    if case .noLength = answer.fault { keepsConnection = false }
    self.keepsConnection = keepsConnection
  }

  /// Sends the answer, or as much as its fault lets through.
  mutating func send() {
    do {
      framing = try makeFraming()
      try beFaultyBeforeHead()
      try connection.write(framing.head(answer.head, keepsConnection: keepsConnection))
      do {
        if answer.fault?.place == 0 { try beFaulty() }
        try answer.body? { try send($0) }
      } catch AnswerEnding.truncated {}
      try beFaultyBeforeEnd()
      // Whoever sees the end may call again at once.
      end(.sent)
      if answer.body != nil { try connection.write(framing.end) }
      if !keepsConnection { connection.close() }
    } catch AnswerEnding.disconnected {
      end(.broken)
      connection.close()
    } catch AnswerEnding.dropped {
      end(.broken)
      connection.drop()
    } catch {
      end(.abandoned)
      connection.close()
    }
  }

  private mutating func end(_ outcome: SimulatedCall.Outcome) {
    if isEnded { return }
    isEnded = true
    answer.end(outcome)
  }
}

/// Why a body ends before its time.
enum AnswerEnding: Error {
  /// The client is told that this was all.
  case truncated
  /// The connection ends, as the script wants it.
  case disconnected
  /// The same without TLS being told.
  case dropped
}

// MARK: - The body and its faults

extension AnswerSender {
  private func makeFraming() throws -> AnswerFraming {
    switch answer.fault {
    case .length(let difference): .length(max(try answer.countBody() + difference, 0))
    case .noLength: .untilClose
    default: .chunked
    }
  }

  private mutating func send(_ chunk: [UInt8]) throws {
    var rest = chunk[...]
    if let place = answer.fault?.place, sent < place, sent + rest.count >= place {
      let before = rest.prefix(place - sent)
      try write(before)
      try beFaulty()
      rest = rest[before.endIndex...]
    }
    try write(rest)
  }

  private func beFaultyBeforeHead() throws {
    switch answer.fault {
    case .cut(nil): throw AnswerEnding.disconnected
    case .reset(nil): try reset()
    case .stall(let time, nil): try connection.pause(for: time)
    default: break
    }
  }

  /// Does what happens at the fault's place.
  private mutating func beFaulty() throws {
    switch answer.fault {
    case .cut: throw AnswerEnding.disconnected
    case .reset: try reset()
    case .cutTLS: throw AnswerEnding.dropped
    case .truncate, .gzipCut, .noLength: throw AnswerEnding.truncated
    case .incident:
      try write(Array("\nincident signature: 5eed0000-4b1d\n".utf8)[...])
      throw AnswerEnding.truncated
    case .badChunk:
      try connection.write(ByteBuffer(string: "zz\r\n"))
      throw AnswerEnding.disconnected
    case .stall(let time, _): try connection.pause(for: time)
    default: break
    }
  }

  private func beFaultyBeforeEnd() throws {
    switch answer.fault {
    case .noLastChunk: throw AnswerEnding.disconnected
    // What the client still waits for never comes.
    case .length(let difference) where difference > 0: throw AnswerEnding.disconnected
    default: break
    }
  }

  private func reset() throws {
    try connection.lingerForNothing()
    throw AnswerEnding.dropped
  }

  /// Writes bytes of the body, a tenth of a second's at a time if they are to drip.
  private mutating func write(_ bytes: ArraySlice<UInt8>) throws {
    guard case .drip(let rate) = answer.fault else { return try writeAtOnce(bytes) }
    let portion = max(rate / 10, 1)
    var rest = bytes
    while !rest.isEmpty {
      try writeAtOnce(rest.prefix(portion))
      rest = rest.dropFirst(portion)
      try connection.pause(for: .seconds(Double(portion) / Double(rate)))
    }
  }

  private mutating func writeAtOnce(_ bytes: ArraySlice<UInt8>) throws {
    if bytes.isEmpty { return }
    sent += bytes.count
    try connection.write(framing.piece(bytes))
  }
}
