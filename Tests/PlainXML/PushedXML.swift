package import XMLEvents

/// What our own parser says of a document that comes in pieces.
package struct PushedXML: Sendable {
  /// Why it was refused; nil when it was read to its end.
  package let error: XMLError?
  /// The elements, attributes and texts.
  package let content: [UInt8]
  /// Characters replaced by U+FFFD.
  package let repairedCharacters: Int
  /// Undefined entity references kept as text.
  package let keptReferences: Int

  /// Parses a document.
  package init(_ pieces: some Sequence<[UInt8]>) {
    let recording = UnsafeMutablePointer<XMLRecording>.allocate(capacity: 1)
    unsafe recording.initialize(to: XMLRecording())
    defer {
      unsafe recording.deinitialize(count: 1)
      unsafe recording.deallocate()
    }
    let parser = unsafe XMLPushParser(XMLRecording.callbacks, context: recording)
    var failure: XMLError?
    do throws(XMLError) {
      for piece in pieces {
        try unsafe piece.withUnsafeBufferPointer { bytes throws(XMLError) in
          try unsafe parser.feed(UnsafeRawBufferPointer(bytes))
        }
      }
      try parser.finish()
    } catch {
      failure = error
    }
    error = failure
    content = unsafe recording.pointee.normalized
    repairedCharacters = parser.repairedCharacters
    keptReferences = parser.keptReferences
  }
}
