internal import Gzip

/// Asks only when the throttle lets it, and tells the throttle what each answer says.
///
/// Stands right above the network, below ``ReadAheadTransport``, so that no call gets past it. The slot of a call is
/// free when its body has ended, and an abandoned call's some seconds after its body failed or was dropped. What refuses
/// is read here, 1 MiB at most, for its code and its wait, and handed on; a refusal inside a 200 is told by whoever reads it.
package struct ThrottledTransport: Transport {
  private let base: any Transport
  private let throttle: Throttle

  package init(_ base: any Transport, _ throttle: Throttle) {
    self.base = base
    self.throttle = throttle
  }

  package func wait(for duration: Duration, because reason: String) async throws {
    try await throttle.wait(for: duration, because: reason)
  }

  package func send(_ request: APIRequest) async throws -> APIResponse {
    let slot = try await throttle.slot(for: request.api)
    var response: APIResponse
    do {
      response = try await base.send(request)
    } catch {
      // A refusal of our own, such as a certificate's, never reached Qualys.
      slot.end(error is Refusal ? .refused : .abandoned)
      throw error
    }
    slot.answer(response)
    if response.status == 200 {
      response.body = SlottedBody(base: response.body, slot: slot)
      // Without the slot, for the head may be kept when the call has long ended.
      response.onRefusal = { [throttle] in throttle.note($0, of: request.api) }
      return response
    }
    let (bytes, failure) = try await beginning(of: response)
    slot.refuse(Refusal(response, body: Self.inflated(bytes), origin: request.path, now: throttle.date))
    slot.end(failure == nil ? .refused : .abandoned)
    response.body = ReplayedBody(bytes: bytes, failure: failure)
    return response
  }

  private func beginning(of response: APIResponse) async throws -> (bytes: [UInt8], failure: BrokenConnection?) {
    var bytes: [UInt8] = []
    do {
      for try await chunk in response.body {
        bytes += chunk
        if bytes.count > 1 << 20 { break }
      }
    } catch let error as BrokenConnection {
      return (bytes, error)
    }
    return (bytes, nil)
  }

  /// What a body says that may have come compressed: as much of it as can be read, 1 MiB at most.
  private static func inflated(_ bytes: [UInt8]) -> [UInt8] {
    guard GzipDecompressor.isGzip(bytes), let decompressor = try? GzipDecompressor(maximumRatio: 200) else {
      return bytes
    }
    var text: [UInt8] = []
    // What stands before the damage may still tell why.
    try? unsafe bytes.withUnsafeBytes { bytes in
      try unsafe decompressor.decompress(bytes) { piece in
        if text.count < 1 << 20 { unsafe text.append(contentsOf: piece) }
      }
    }
    return text
  }
}

/// A body whose call has a slot until it ends.
private struct SlottedBody: AsyncSequence, Sendable {
  let base: any AsyncSequence<[UInt8], any Error> & Sendable
  let slot: ThrottleSlot

  /// Held by the iterator alone: who stops reading may keep the answer's head for long.
  final class Reading {
    let slot: ThrottleSlot
    init(_ slot: ThrottleSlot) { self.slot = slot }
    deinit { slot.end(.abandoned) }
  }

  struct Iterator: AsyncIteratorProtocol {
    var base: any AsyncIteratorProtocol<[UInt8], any Error>
    let reading: Reading

    mutating func next(isolation actor: isolated (any Actor)?) async throws -> [UInt8]? {
      do {
        if let bytes = try await base.next(isolation: actor) { return bytes }
      } catch {
        reading.slot.end(.abandoned)
        throw error
      }
      reading.slot.end(.well)
      return nil
    }

    mutating func next() async throws -> [UInt8]? { try await next(isolation: nil) }
  }

  func makeAsyncIterator() -> Iterator { Iterator(base: base.makeAsyncIterator(), reading: Reading(slot)) }
}

/// A body that was read already.
private struct ReplayedBody: AsyncSequence, Sendable {
  let bytes: [UInt8]
  let failure: BrokenConnection?

  struct Iterator: AsyncIteratorProtocol {
    var bytes: [UInt8]?
    let failure: BrokenConnection?

    mutating func next() async throws -> [UInt8]? {
      if let bytes, !bytes.isEmpty {
        self.bytes = nil
        return bytes
      }
      if let failure { throw failure }
      return nil
    }
  }

  func makeAsyncIterator() -> Iterator { Iterator(bytes: bytes, failure: failure) }
}
