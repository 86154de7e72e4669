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

  @Test("Any keys, values, marks and pages are kept as they were set", arguments: 1...8)
  func likeADictionary(seed: Int) {
    var generator = Generator(state: UInt64(seed))
    var overlay = Overlay()
    let pages = [Page.test(0), Page.test(1)]
    var expected: [[(mark: UInt32, key: [UInt8], value: [UInt8])]] = [[], []]
    func bytes(_ limit: Int, of letters: UInt8) -> [UInt8] {
      (0..<Int.random(in: 0...limit, using: &generator)).map { _ in UInt8.random(in: 0...letters, using: &generator) }
    }
    for number in 0..<3000 {
      let page = number < 2000 || Bool.random(using: &generator) ? 0 : 1
      let (key, value) = (bytes(8, of: seed % 2 == 0 ? 3 : 255), bytes(20, of: 255))
      overlay.set(value, for: key, at: UInt32(number / 10), of: pages[page])
      expected[page].append((UInt32(number / 10), key, value))
    }
    if seed > 4 {
      overlay.forget(pages[0], from: 150)
      expected[0].removeAll { $0.mark >= 150 }
    }
    func newest(_ entries: [(mark: UInt32, key: [UInt8], value: [UInt8])]) -> [[UInt8]: [UInt8]] {
      Dictionary(entries.map { ($0.key, $0.value) }) { $1 }
    }
    let all = newest(expected[0] + expected[1])
    #expect(all.allSatisfy { overlay.value(for: $0.key) == $0.value })
    #expect(overlay.value(for: [9, 9, 9, 9, 9, 9, 9, 9, 9]) == nil)
    for (page, entries) in zip(pages, expected) {
      for mark: UInt32 in [0, 1, 120, 299, 300] {
        let kept = newest(entries.filter { $0.mark < mark })
        let keys = kept.keys.sorted { $0.lexicographicallyPrecedes($1) }
        let given = Array(overlay.entries(of: page, below: mark))
        #expect(given.map(\.key) == keys && given.map(\.value) == keys.map { kept[$0] })
      }
    }
    overlay.remove(pages[0])
    let second = newest(expected[1])
    #expect(all.keys.allSatisfy { overlay.value(for: $0) == second[$0] })
  }
}
