/// Streams that have no state, and that nobody told since when to ask.
package struct NeedsBeginning: Error, CustomStringConvertible {
  let pipeline: String
  let streams: [String]

  package var description: String {
    let names = streams.map { "'\(pipeline)/\($0)'" }.joined(separator: ", ")
    return """
      \(names): this is the first round, and nothing says since when to ask
        help: write 'start: all' into the file for everything that Qualys has, or 'start: 2026-11-01' for what changed \
      since that day; or give '--since' once with one of these. Later rounds ask for what changed since the one before
      """
  }
}
