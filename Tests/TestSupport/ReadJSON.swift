package import JSONText

/// What the reader makes of a text that comes in pieces.
package struct ReadJSON: Equatable, Sendable {
  package var events: [String] = []
  package var error: JSONError?
  package var repairedCharacters = 0

  package init(pieces: some Sequence<[UInt8]>, depthLimit: Int = 64, lengthLimit: Int = 16 << 20) {
    var reader = JSONPushReader(depthLimit: depthLimit, lengthLimit: lengthLimit)
    do throws(JSONError) {
      for piece in pieces {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: piece.count, alignment: 1)
        defer { unsafe copy.deallocate() }
        unsafe copy.copyBytes(from: piece)
        var index = 0
        while let event = try unsafe reader.next(in: UnsafeRawBufferPointer(copy), at: &index) {
          unsafe take(event, reader.text)
        }
      }
      if let event = try reader.finish() { unsafe take(event, reader.text) }
    } catch {
      self.error = error
    }
    repairedCharacters = reader.repairedCharacters
  }

  package init(_ bytes: [UInt8], chunk size: Int = .max, depthLimit: Int = 64, lengthLimit: Int = 16 << 20) {
    let pieces = bytes.pieces(of: min(size, max(bytes.count, 1)))
    self.init(pieces: pieces, depthLimit: depthLimit, lengthLimit: lengthLimit)
  }

  package init(_ text: String, chunk size: Int = .max) { self.init(Array(text.utf8), chunk: size) }

  private mutating func take(_ event: JSONPushReader.Event, _ text: UnsafeRawBufferPointer) {
    // Brackets have no words: then the text is one of before, whose bytes may be gone.
    func words() -> String { unsafe String(decoding: text, as: UTF8.self) }
    switch event {
    case .openObject: events.append("{")
    case .closeObject: events.append("}")
    case .openArray: events.append("[")
    case .closeArray: events.append("]")
    case .name: events.append("name \(words())")
    case .string: events.append("string \(words())")
    case .number, .literal: events.append(words())
    }
  }

  package var isAccepted: Bool { error == nil }
}
