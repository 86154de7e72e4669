internal import Foundation
internal import NIOCore
internal import NIOHTTP1

/// Sends one answer, on a thread of its own that waits while the client does not read.
///
/// Each chunk is in the kernel's hands before the next is made: an answer of any size takes the memory of one chunk.
struct AnswerSender {
  private let answer: SimulatedAnswer
  private let channel: any Channel
  private let keepsConnection: Bool

  /// How many bytes of the body are sent.
  private var sent = 0
  private var isEnded = false

  /// Why a body ends before its time.
  private enum Ending: Error {
    /// The client is told that this was all.
    case truncated
    /// The connection is gone, as the script wants it.
    case disconnected
  }

  init(_ answer: SimulatedAnswer, over channel: any Channel, keepsConnection: Bool) {
    self.answer = answer
    self.channel = channel
    self.keepsConnection = keepsConnection && !answer.head.headers.contains(NamedValue("Connection", "close"))
  }

  /// Sends the answer, or as much as its fault lets through.
  mutating func send() {
    do {
      try beFaultyBeforeHead()
      try write(.head(head))
      do {
        if faultyPlace == 0 { try beFaulty() }
        try answer.body? { try send($0) }
      } catch Ending.truncated {}
      // Whoever sees the end may call again at once.
      end()
      try write(.end(nil))
      if !keepsConnection { close() }
    } catch {
      // The connection ends by the script's will, or by the client's.
      end()
      close()
    }
  }

  private mutating func end() {
    if isEnded { return }
    isEnded = true
    answer.end()
  }

  private var head: HTTPResponseHead {
    var fields = HTTPHeaders(answer.head.headers.map { ($0.name, $0.value) })
    if !keepsConnection {
      fields.remove(name: "Keep-Alive")
      fields.replaceOrAdd(name: "Connection", value: "close")
    }
    let status = HTTPResponseStatus(statusCode: answer.head.status)
    return HTTPResponseHead(version: .http1_1, status: status, headers: fields)
  }
}

// MARK: - The body and its faults

extension AnswerSender {
  /// The number of bytes after which the body's fault happens.
  private var faultyPlace: Int? {
    switch answer.fault {
    case .cut(let place), .reset(let place), .stall(_, let place): place
    case .truncate(let place), .incident(let place): place
    default: nil
    }
  }

  private mutating func send(_ chunk: [UInt8]) throws {
    var rest = chunk[...]
    if let place = faultyPlace, sent < place, sent + rest.count >= place {
      let before = rest.prefix(place - sent)
      try write(before)
      try beFaulty()
      rest = rest[before.endIndex...]
    }
    try write(rest)
  }

  private mutating func beFaultyBeforeHead() throws {
    switch answer.fault {
    case .cut(nil): throw Ending.disconnected
    case .reset(nil): try reset()
    case .stall(let time, nil): try pause(for: time)
    default: break
    }
  }

  private mutating func beFaulty() throws {
    switch answer.fault {
    case .cut: throw Ending.disconnected
    case .reset: try reset()
    case .truncate: throw Ending.truncated
    case .incident:
      try write(Array("\nincident signature: 5eed0000-4b1d\n".utf8)[...])
      throw Ending.truncated
    case .stall(let time, _): try pause(for: time)
    default: break
    }
  }

  /// Writes bytes of the body, a tenth of a second's at a time if they are to drip.
  private mutating func write(_ bytes: ArraySlice<UInt8>) throws {
    guard case .drip(let rate) = answer.fault else { return try writeAtOnce(bytes) }
    let portion = max(rate / 10, 1)
    var rest = bytes
    while !rest.isEmpty {
      try writeAtOnce(rest.prefix(portion))
      rest = rest.dropFirst(portion)
      try pause(for: .seconds(Double(portion) / Double(rate)))
    }
  }

  private mutating func writeAtOnce(_ bytes: ArraySlice<UInt8>) throws {
    if bytes.isEmpty { return }
    sent += bytes.count
    try write(.body(.byteBuffer(ByteBuffer(bytes: bytes))))
  }
}

// MARK: - The connection

extension AnswerSender {
  /// Writes a part, and waits until the kernel has it.
  private func write(_ part: HTTPServerResponsePart) throws {
    try channel.writeAndFlush(part).wait()
  }

  private func close() {
    // It may be closed already.
    try? channel.close().wait()
  }

  /// Ends the connection so that the client sees a reset: with nothing to linger for, the kernel sends no FIN.
  private func reset() throws {
    if let provider = channel as? any SocketOptionProvider {
      try provider.setSoLinger(linger(l_onoff: 1, l_linger: 0)).wait()
    }
    throw Ending.disconnected
  }

  /// Waits, unless the connection ends first.
  private func pause(for duration: Duration) throws {
    let closed = DispatchSemaphore(value: 0)
    channel.closeFuture.whenComplete { _ in closed.signal() }
    let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    if closed.wait(timeout: .now() + seconds) == .success { throw Ending.disconnected }
  }
}
