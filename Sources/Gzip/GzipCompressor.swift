/// Writes gzip members, each a whole gzip file of its own; members one after another are one file again (RFC 1952).
///
/// The header carries no time and no name, so the same bytes at the same level give the same member. zlib deflates; in
/// a build with the trait `ISAL` it is ISA-L for levels 1 to 3. Holds 300 to 700 KiB. Not for two tasks at once: give
/// each its own.
package final class GzipCompressor {
  private let engine: any GzipEngine

  /// What the levels 1 to 9 are, in an option's words.
  package static var levels: String {
    #if ISAL
      "1 is fastest, 9 smallest; 1 to 3 are ISA-L's, as small as zlib's and several times as fast, 4 to 9 zlib's"
    #else
      "zlib's level: 1 is fastest, 9 smallest"
    #endif
  }

  /// Creates a compressor of level 1 (fastest) to 9 (smallest).
  /// - Throws: `GzipError.outOfMemory`.
  package init(level: Int) throws(GzipError) {
    #if ISAL
      engine = (1...3).contains(level) ? ISALEngine(level: level) : try ZlibEngine(level: level)
    #else
      engine = try ZlibEngine(level: level)
    #endif
  }

  /// Compresses the next bytes of the current member and appends what is ready.
  package func compress(_ input: UnsafeRawBufferPointer, into output: inout [UInt8]) {
    unsafe engine.compress(input, into: &output)
  }

  /// Ends the member and makes ready for another.
  package func finishMember(into output: inout [UInt8]) { engine.finishMember(into: &output) }
}
