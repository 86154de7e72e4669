import State
import Streaming
import TestSupport
import Testing

/// What is set and not yet committed, against a dictionary that does the same.
@Suite("Overlay")
struct OverlayTests {
  /// Chance that comes again (Knuth's MMIX).
  private struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ state >> 29
    }
  }

  @Test(
    "Any keys, values, marks and pages are kept as they were set, in memory and in a file",
    arguments: 1...8,
    [20, 4000]
  )
  func likeADictionary(seed: Int, longest: Int) throws {
    var generator = Generator(state: UInt64(seed))
    var overlay = Overlay()
    let pages = [Page.test(0), Page.test(1)]
    var expected: [[(mark: UInt32, key: [UInt8], value: [UInt8])]] = [[], []]
    func bytes(_ limit: Int, of letters: UInt8) -> [UInt8] {
      (0..<Int.random(in: 0...limit, using: &generator)).map { _ in UInt8.random(in: 0...letters, using: &generator) }
    }
    for number in 0..<3000 {
      let page = number < 2000 || Bool.random(using: &generator) ? 0 : 1
      let (key, value) = (bytes(8, of: seed % 2 == 0 ? 3 : 255), bytes(longest, of: 255))
      try overlay.set(value, for: key, at: UInt32(number / 10), of: pages[page])
      expected[page].append((UInt32(number / 10), key, value))
    }
    if seed > 4 {
      try overlay.forget(pages[0], from: 150)
      expected[0].removeAll { $0.mark >= 150 }
    }
    func newest(_ entries: [(mark: UInt32, key: [UInt8], value: [UInt8])]) -> [[UInt8]: [UInt8]] {
      Dictionary(entries.map { ($0.key, $0.value) }) { $1 }
    }
    let all = newest(expected[0] + expected[1])
    #expect(try all.allSatisfy { try overlay.value(for: $0.key) == $0.value })
    #expect(try overlay.value(for: [9, 9, 9, 9, 9, 9, 9, 9, 9]) == nil)
    for (page, entries) in zip(pages, expected) {
      for mark: UInt32 in [0, 1, 120, 299, 300] {
        let kept = newest(entries.filter { $0.mark < mark })
        let keys = kept.keys.sorted { $0.lexicographicallyPrecedes($1) }
        var given: [(key: [UInt8], value: [UInt8])] = []
        try overlay.forEachEntry(of: page, below: mark) { given.append(($0, $1)) }
        #expect(given.map(\.key) == keys && given.map(\.value) == keys.map { kept[$0] })
      }
    }
    overlay.remove(pages[0])
    let second = newest(expected[1])
    #expect(try all.keys.allSatisfy { try overlay.value(for: $0) == second[$0] })
  }

  @Test("A copy reads on what it had, while its original goes on and its page is forgotten from a mark on")
  func copies() throws {
    var overlay = Overlay()
    let page = Page.test(0)
    func value(_ number: Int) -> [UInt8] {
      [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 9_000 + number)
    }
    func key(_ number: Int) -> [UInt8] { Array("host \(number)".utf8) }
    var copies: [(count: Int, overlay: Overlay)] = []
    for number in 0..<600 {
      if number % 100 == 50 { copies.append((number, overlay)) }
      try overlay.set(value(number), for: key(number), at: UInt32(number), of: page)
    }
    try overlay.forget(page, from: 300)
    copies.append((300, overlay))
    for (count, copy) in copies {
      for number in 0..<600 {
        #expect(try copy.value(for: key(number)) == (number < count ? value(number) : nil))
      }
    }
  }
}
