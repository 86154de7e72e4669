internal import State

/// When each stream last asked for everything, so that `full:` knows when it is due again.
///
/// By the clock on the wall, seconds since 1970: it decides when to ask, never what for.
struct FullPulls {
  static let space = "full-pulls"

  let state: any StateStore

  /// Whether as much time has gone since the last one began; a twentieth less, so that what is run once a day, or a week,
  /// is not a round late for a second.
  func isDue(_ stream: String, every interval: Duration, at now: Int) throws -> Bool {
    guard let last = try self.time(of: "last/\(stream)") else { return true }
    let seconds = Int(interval.components.seconds)
    return now - last >= seconds - seconds / 20
  }

  /// A round begins: one that asks for everything, or another.
  func begin(_ stream: String, isFull: Bool, at time: Int) throws {
    try store(isFull ? String(time) : "", for: "begun/\(stream)")
  }

  /// A round has ended, perhaps one that an earlier run began; says whether it asked for everything.
  func finish(_ stream: String) throws -> Bool {
    guard let begun = try time(of: "begun/\(stream)") else { return false }
    try store(String(begun), for: "last/\(stream)")
    try store("", for: "begun/\(stream)")
    return true
  }

  private func time(of key: String) throws -> Int? {
    let found = try state.entries(of: Self.space, after: nil, limit: .max).first { $0.key == Array(key.utf8) }
    return found.flatMap { Int(String(decoding: $0.value, as: UTF8.self)) }
  }

  private func store(_ value: String, for key: String) throws {
    try state.store([(Array(key.utf8), Array(value.utf8))], in: Self.space)
  }
}
