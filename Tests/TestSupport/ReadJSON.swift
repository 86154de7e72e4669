import JSONText

/// What the reader makes of a text that comes in chunks of a size.
struct ReadJSON: Equatable {
  var events: [String] = []
  var error: JSONError?
  var repairedCharacters = 0

  init(_ bytes: [UInt8], chunk size: Int = .max, depthLimit: Int = 64, lengthLimit: Int = 16 << 20) {
    var reader = JSONPushReader(depthLimit: depthLimit, lengthLimit: lengthLimit)
    do throws(JSONError) {
      var start = 0
      while start < bytes.count {
        let end = size < bytes.count - start ? start + size : bytes.count
        let chunk = Array(bytes[start..<end])
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: chunk.count, alignment: 1)
        defer { unsafe copy.deallocate() }
        unsafe copy.copyBytes(from: chunk)
        var index = 0
        while let event = try unsafe reader.next(in: UnsafeRawBufferPointer(copy), at: &index) {
          unsafe take(event, reader.text)
        }
        start = end
      }
      if let event = try reader.finish() { unsafe take(event, reader.text) }
    } catch {
      self.error = error
    }
    repairedCharacters = reader.repairedCharacters
  }

  init(_ text: String, chunk size: Int = .max) { self.init(Array(text.utf8), chunk: size) }

  private mutating func take(_ event: JSONPushReader.Event, _ text: UnsafeRawBufferPointer) {
    let words = unsafe String(decoding: text, as: UTF8.self)
    switch event {
    case .openObject: events.append("{")
    case .closeObject: events.append("}")
    case .openArray: events.append("[")
    case .closeArray: events.append("]")
    case .name: events.append("name \(words)")
    case .string: events.append("string \(words)")
    case .number, .literal: events.append(words)
    }
  }

  var isAccepted: Bool { error == nil }
}
