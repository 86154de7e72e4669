internal import Glibc
internal import State
internal import Streaming
internal import SystemPackage

/// What `diff-ports` asks of a state, for as many assets as one likes: `StateBenchmark FOLDER [ASSETS]`.
///
/// Three rounds of pages of 300: all assets are new, all come again and seven in ten have changed, and one in twenty of them
/// comes and has changed. Each page looks its assets up at once, sets what has changed, and is committed. Prints
/// microseconds an asset, how long the state takes to open, and what it takes on disk.

let arguments = CommandLine.arguments
guard arguments.count > 1 else { fatalError("StateBenchmark FOLDER [ASSETS]") }
let folder = FilePath(arguments[1])
let assets = arguments.count > 2 ? Int(arguments[2]) ?? 0 : 1_000_000

/// Seconds by the clock, and those in which this process computed.
struct Taken {
  var wall = 0.0
  var cpu = 0.0

  mutating func measure(_ body: () throws -> Void) rethrows {
    let start = clock()
    let duration = try ContinuousClock().measure(body)
    cpu += Double(clock() - start) / Double(CLOCKS_PER_SEC)
    wall += Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
  }

  /// Microseconds for one of so many.
  func each(_ count: Int) -> String { "\(tenths(wall, count)) µs (\(tenths(cpu, count)) of CPU)" }

  private func tenths(_ time: Double, _ count: Int) -> String {
    let tenths = Int(time * 1e7 / Double(max(1, count)) + 0.5)
    return "\(tenths / 10).\(tenths % 10)"
  }
}

func value(of asset: Int, in round: Int) -> [UInt8] {
  // Two dates and ten ports, as `mode: opened` keeps them.
  Array("\u{3}\u{18}2026-11-\(10 + round)T10:00:00.000Z\u{18}2026-11-\(11 + round)T10:00:00.000Z".utf8)
    + (0..<30).map { UInt8(truncatingIfNeeded: asset >> ($0 % 8)) }
}

/// A round in which every `step`-th asset comes, and of ten that come so many have changed.
func run(_ state: SQLiteState, round: Int, step: Int, changed: Int) throws {
  let memory = state.memory("assets/diff-ports", of: "assets")
  var (lookUp, update, count, sets) = (Taken(), Taken(), 0, 0)
  for start in stride(from: 0, to: assets, by: 300 * step) {
    let page = Page(number: start / 300, origin: "benchmark")
    let numbers = Array(stride(from: start, to: min(assets, start + 300 * step), by: step))
    let keys = numbers.map { Array("\(60_000_000 + $0 * 17)".utf8) }
    try lookUp.measure { _ = try memory.values(for: keys) }
    try update.measure {
      for (index, number) in numbers.enumerated() where (number / step) % 10 < changed {
        try memory.set(value(of: number, in: round), for: keys[index], at: UInt32(index), of: page)
        sets += 1
      }
      let progress = StreamProgress(cursor: Array("{\"page\":\(start)}".utf8), serverTime: 1_800_000_000 + round)
      try state.commit(page, marks: UInt32(numbers.count), of: "assets", progress: progress)
    }
    count += numbers.count
  }
  print("round \(round): \(count) assets, look-up \(lookUp.each(count)), update \(update.each(sets))")
}

for (round, step, changed) in [(0, 1, 10), (1, 1, 7), (2, 20, 10)] {
  var state: SQLiteState?
  var opening = Taken()
  try opening.measure { state = try SQLiteState(in: folder) }
  print("opened in \(Int(opening.wall * 1000 + 0.5)) ms")
  if let state { try run(state, round: round, step: step, changed: changed) }
}
var status = stat()
if unsafe stat(folder.appending("state.db").string, &status) == 0 {
  print("on disk: \(status.st_size / max(1, assets)) bytes an asset")
}
