internal import JSONText
internal import Synchronization

/// An interned element or attribute name: two bytes that compare as fast as a number.
///
/// Names are few (Qualys has about a hundred) and live as long as the process.
package struct Name: Hashable, Sendable {
  package let id: UInt16

  @inline(__always)
  package init(id: UInt16) { self.id = id }

  /// Interns a name as Qualys writes it.
  package init(_ text: String) {
    // Only text of the program's own comes this way, and 65,000 of it never does.
    self = Name(utf8: Array(text.utf8)) ?? Name(id: 0)
  }

  /// Interns a name; nil when the table is full, which only a hostile answer achieves.
  package init?(utf8: [UInt8]) {
    guard let id = NameTable.shared.intern(utf8) else { return nil }
    self.id = id
  }

  /// The name as Qualys writes it.
  package var text: String { unsafe String(decoding: NameTable.shared[id].wire, as: UTF8.self) }

  /// What the encoder knows of it.
  package var spelling: NameSpelling { NameTable.shared[id] }
}

/// How a name is written out, and what stands under it; the memory lives as long as the process.
@safe
package struct NameSpelling: @unchecked Sendable {
  // Sendable: the memory behind the pointers is written before the value is made and never again.

  /// As Qualys writes it: `LAST_FOUND_DATETIME`; 16 bytes more can be read.
  package let wire: UnsafeBufferPointer<UInt8>
  /// As Sumo Logic's source writes it: `LastFoundDateTime`.
  package let sumo: UnsafeBufferPointer<UInt8>
  /// `"LAST_FOUND_DATETIME":"` and `"LastFoundDateTime":"`, each followed by 16 bytes more so that they can be copied in
  /// blocks; without the last quote before anything but a string.
  package let wireKey: UnsafePointer<UInt8>
  package let sumoKey: UnsafePointer<UInt8>
  package let wireKeyLength: Int
  package let sumoKeyLength: Int
  /// What stands under it, in answers we know.
  package let role: NameRole

  init(wire: [UInt8], sumo: [UInt8], role: NameRole) {
    let padding = [UInt8](repeating: 0, count: 16)
    unsafe self.wire = UnsafeBufferPointer(rebasing: Self.keep(wire + padding)[..<wire.count])
    unsafe self.sumo = Self.keep(sumo)
    let (wireKey, sumoKey) = (Self.key(wire), Self.key(sumo))
    // Kept memory of a key has an address.
    unsafe self.wireKey = Self.keep(wireKey + padding).baseAddress!
    unsafe self.sumoKey = Self.keep(sumoKey + padding).baseAddress!
    wireKeyLength = wireKey.count - 1
    sumoKeyLength = sumoKey.count - 1
    self.role = role
  }

  /// A name that a person chose can hold anything.
  private static func key(_ name: [UInt8]) -> [UInt8] {
    var writer = JSONWriter(capacity: name.count + 8)
    writer.append(UInt8(ascii: "\""))
    unsafe name.withUnsafeBytes { unsafe writer.appendEscaped($0) }
    writer.append("\":\"")
    return unsafe Array(writer.bytes)
  }

  /// Memory that is never freed, for what lives as long as the process.
  private static func keep(_ bytes: [UInt8]) -> UnsafeBufferPointer<UInt8> {
    let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
    _ = unsafe memory.initialize(from: bytes)
    return UnsafeBufferPointer(memory)
  }
}

/// What stands under an element, in answers we know.
package enum NameRole: UInt8, Sendable {
  /// Text, or children of different names.
  case plain
  /// A list: its children are its members.
  case list
}

/// All names of the process: append-only, so that reading needs no lock.
@safe
final class NameTable: @unchecked Sendable {
  // Sendable: entries are written once, under the lock, before their id is handed to anyone, and never change.

  static let shared = NameTable()

  private static let capacity = 1 << 16
  fileprivate let spellings = UnsafeMutablePointer<NameSpelling>.allocate(capacity: capacity)
  private let ids = Mutex<[[UInt8]: UInt16]>([:])

  private init() {
    for name in WellKnownName.all { _ = intern(Array(name.utf8)) }
  }

  subscript(id: UInt16) -> NameSpelling {
    @inline(__always) get { unsafe spellings[Int(id)] }
  }

  func intern(_ key: [UInt8]) -> UInt16? {
    ids.withLock { ids in
      if let id = ids[key] { return id }
      guard ids.count < Self.capacity else { return nil }
      let id = UInt16(ids.count)
      let text = String(decoding: key, as: UTF8.self)
      let spelling = NameSpelling(
        wire: key,
        sumo: Array(NameSpelling.sumo(text).utf8),
        role: NameSpelling.isList(text) ? .list : .plain
      )
      unsafe (spellings + Int(id)).initialize(to: spelling)
      ids[key] = id
      return id
    }
  }
}

/// The table as a hot loop holds it: a name's spelling at the cost of one load.
@safe
struct NameSpellings {
  private let base = unsafe UnsafePointer(NameTable.shared.spellings)

  subscript(name: Name) -> NameSpelling {
    @inline(__always) get { unsafe base[Int(name.id)] }
  }
}

extension NameSpelling {
  /// The name as Sumo Logic's source writes it: each part between underscores begins with a capital.
  ///
  /// `IP`, `OS` and `DNS` stay as they are, for so does the app's own sample; `DATETIME` is `DateTime`.
  package static func sumo(_ name: String) -> String {
    switch name {
    case "IP", "OS", "DNS": return name
    default: break
    }
    return name.split(separator: "_", omittingEmptySubsequences: false)
      .map { part in
        if part == "DATETIME" { return "DateTime" }
        return part.prefix(1).uppercased() + part.dropFirst().lowercased()
      }
      .joined()
  }

  /// Whether an element is known to hold a list of members.
  static func isList(_ name: String) -> Bool {
    name.hasSuffix("_LIST") || WellKnownName.lists.contains(name)
  }
}
