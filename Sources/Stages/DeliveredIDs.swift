/// The ids of a host's records that were delivered, each with the time when it was: one value of a state, not one for each.
///
/// Memory: 16 bytes for each id, ``limit`` of them at most; of a host with more, the others are kept by themselves.
struct DeliveredIDs {
  static let limit = 256

  /// Ids that were delivered together.
  private struct Group {
    /// Seconds since 1970 of the server's clock; zero where it is not known.
    let time: Int
    var count: Int
  }

  private var ids: [UInt128] = []
  /// In the order of the ids.
  private var groups: [Group] = []
  /// Whether some of this host's ids are kept by themselves.
  private(set) var hasOthers = false

  init() {}

  func contains(_ key: EventKey) -> Bool {
    guard case .digest(let id) = key else { return false }
    return ids.contains(id)
  }

  /// Keeps an id.
  ///
  /// - Returns: Whether it could be kept here; if not, it is to be kept by itself.
  mutating func insert(_ key: EventKey, at time: Int) -> Bool {
    guard case .digest(let id) = key, ids.count < Self.limit else {
      hasOthers = true
      return false
    }
    if groups.last?.time == time {
      groups[groups.count - 1].count += 1
    } else {
      groups.append(Group(time: time, count: 1))
    }
    ids.append(id)
    return true
  }
}

// MARK: - Bytes

/// A byte that says whether there are others; for each group the time, the number of ids, and the ids.
extension DeliveredIDs {
  private static let groupHead = 10
  private static let idSize = 16

  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(1 + groups.count * Self.groupHead + ids.count * Self.idSize)
    bytes.append(hasOthers ? 1 : 0)
    var first = 0
    for group in groups {
      bytes.append(number: UInt64(bitPattern: Int64(group.time)))
      bytes.append(number: UInt16(group.count))
      for id in ids[first..<first + group.count] { bytes.append(number: id) }
      first += group.count
    }
    return bytes
  }

  /// Reads what ``bytes`` wrote, without what was delivered before a time.
  ///
  /// Of anything else it reads nothing: then records come once more.
  init(_ bytes: [UInt8], since oldest: Int) {
    guard let flag = bytes.first else { return }
    hasOthers = flag != 0
    var offset = 1
    while offset + Self.groupHead <= bytes.count {
      let time = Int(Int64(bitPattern: bytes.number(at: offset)))
      let count = Int(bytes.number(at: offset + 8) as UInt16)
      offset += Self.groupHead
      let end = offset + count * Self.idSize
      guard end <= bytes.count else { return }
      if time == 0 || time >= oldest {
        groups.append(Group(time: time, count: count))
        for place in stride(from: offset, to: end, by: Self.idSize) { ids.append(bytes.number(at: place)) }
      }
      offset = end
    }
  }
}

extension [UInt8] {
  /// Appends a number, its highest byte first.
  fileprivate mutating func append(number: some FixedWidthInteger) {
    unsafe Swift.withUnsafeBytes(of: number.bigEndian) { unsafe append(contentsOf: $0) }
  }

  /// The number at an offset, with all its bytes there.
  fileprivate func number<Number: FixedWidthInteger>(at offset: Int) -> Number {
    precondition(offset + MemoryLayout<Number>.size <= count)
    return unsafe withUnsafeBytes {
      unsafe Number(bigEndian: $0.loadUnaligned(fromByteOffset: offset, as: Number.self))
    }
  }
}
