import Blocks
import Testing

/// Memory that is used again.
@Suite struct BlocksTests {
  @Test(
    "a block has at least what was asked for",
    arguments: [1, 64, 131_071, 131_072, 131_073, 327_696, 1 << 20, 5_000_001]
  )
  func hasRoom(for count: Int) {
    let block = unsafe Blocks.take(count)
    #expect(block.count >= count)
    #expect(block.count <= 2 * count)
    unsafe Blocks.give(block)
  }

  @Test func nobodyElseHasABlockThatWasTaken() async {
    await withTaskGroup(of: Bool.self) { group in
      for number in UInt8(1)...8 {
        group.addTask {
          // What others write would show.
          (0..<200).allSatisfy { round in
            let block = unsafe Blocks.take(100_000 + round * 4_099)
            defer { unsafe Blocks.give(block) }
            // A byte of each page of memory.
            let places = stride(from: 0, to: block.count, by: 4_096)
            for place in places { unsafe block[place] = number }
            return places.allSatisfy { unsafe block[$0] == number }
          }
        }
      }
      for await isOurs in group { #expect(isOurs) }
    }
  }
}
