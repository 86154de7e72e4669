internal import Blocks
internal import JSONText
internal import Records
internal import Streaming

/// What a record looks like at one place of a stream: its fields by their paths, and how long it is as JSON.
struct RecordLook {
  /// A text, as far as a person reads it, and what tells it from others.
  struct Value: Hashable {
    let shown: String
    let bytes: Int
    private let hash: Int

    init(_ text: String, bytes: Int? = nil) {
      self.bytes = bytes ?? text.utf8.count
      shown = self.bytes > 200 ? "\(text.prefix(200))… (\(self.bytes) bytes)" : text
      hash = text.hashValue
    }
  }

  /// Paths in the order in which they first stand in the record, and what stands there.
  private(set) var paths: [String] = []
  private(set) var values: [String: [Value]] = [:]
  /// Bytes as a line of JSON, without a newline.
  let bytes: Int
  /// Whether it is a part of a record that was too long for one line.
  private var isPart = false

  /// What a record looks like; nil for one without fields.
  init?(_ record: any Record, naming: LogFormat.Naming) {
    if let line = record as? Line {
      guard let fields = line.fields else { return nil }
      bytes = line.byteCount
      isPart = line.isPart
      add(fields, isHost: line.format?.isHost ?? false)
      return
    }
    guard let record = record as? any LogRecord else { return nil }
    bytes = Self.size(of: record, naming: naming)
    add(record.fields, isHost: record is Host)
  }

  /// The fields alone of a record that is no line; how long it is as JSON is not looked at.
  init(fieldsOf record: any LogRecord) {
    bytes = 0
    add(record.fields, isHost: record is Host)
  }

  /// Bytes of a record as a line of JSON, without a newline.
  static func size(of record: any LogRecord, naming: LogFormat.Naming) -> Int {
    var encoder = LogEncoder(LogFormat(of: type(of: record), naming: naming), capacity: 16 * 1024)
    // A text that cannot be read back ends the run where it is written.
    return (try? encoder.encode(record.fields).range.count) ?? 0
  }

  private mutating func add(_ fields: Fields, isHost: Bool) {
    for range in [fields.added, fields.outer] { add(range, of: fields, under: []) }
    add(fields.inner, of: fields, under: isHost ? ["DETECTION_LIST"] : [])
    add(fields.joined, of: fields, under: [])
  }

  private mutating func add(_ range: Range<Int>, of fields: Fields, under prefix: [String]) {
    guard let first = range.first else { return }
    let arena = fields.arena
    let base = unsafe Int(arena.nodes[first].depth)
    /// The names on the way to a node; nil for members of arrays, which have none.
    var names: [String?] = []
    var isArray: [Bool] = []
    var index = range.lowerBound
    while index < range.upperBound {
      let node = unsafe arena.nodes[index]
      if node.isSuperseded {
        index = arena.end(of: index)
        continue
      }
      let level = Int(node.depth) - base
      names.removeLast(max(0, names.count - level))
      isArray.removeLast(max(0, isArray.count - level))
      switch node.kind {
      case .element:
        names.append(isArray.last == true ? nil : node.name.text)
        isArray.append(node.json == .array)
        let path = (prefix + names.compactMap(\.self)).joined(separator: ".")
        if arena.isLeaf(index) { add(value(of: index, in: fields), at: path) }
      case .attribute:
        add(
          value(of: index, in: fields),
          at: (prefix + names.compactMap(\.self) + ["@\(node.name.text)"]).joined(separator: ".")
        )
      case .text: add(value(of: index, in: fields), at: (prefix + names.compactMap(\.self)).joined(separator: "."))
      case .end: return
      }
      index += 1
    }
  }

  private mutating func add(_ value: Value, at path: String) {
    if values[path] == nil { paths.append(path) }
    values[path, default: []].append(value)
  }

  private func value(of index: Int, in fields: Fields) -> Value {
    switch unsafe fields.arena.nodes[index].json {
    case .object: return Value("{}")
    case .array: return Value("[]")
    case .string, .bare, nil: break
    }
    guard let file = fields.arena.spilledText(of: index) else { return Value(fields.text(of: index)) }
    var beginning = [UInt8](repeating: 0, count: 1000)
    let count = unsafe beginning.withUnsafeMutableBytes { unsafe (try? file.read(at: 0, into: $0)) ?? 0 }
    return Value(String(decoding: beginning.prefix(count), as: UTF8.self), bytes: file.count)
  }
}

// MARK: - What changed

extension RecordLook {
  /// What is other in a later look at the same record, in words.
  func changes(to after: RecordLook) -> [String] {
    var removed = paths.filter { after.values[$0] == nil }
    var added = after.paths.filter { values[$0] == nil }
    var words: [String] = []
    for path in removed {
      guard let new = added.first(where: { after.values[$0] == values[path] }) else { continue }
      words.append("\(path) is now \(new)")
      removed.removeAll { $0 == path }
      added.removeAll { $0 == new }
    }
    if !removed.isEmpty {
      words.append("removed " + Self.roots(of: removed, among: after.paths).joined(separator: ", "))
    }
    if !added.isEmpty {
      let shown = Self.roots(of: added, among: paths).map { root in
        after.values[root].map { "\(root): \(Self.text($0))" } ?? root
      }
      words.append("added " + shown.joined(separator: ", "))
    }
    for path in paths {
      guard let old = values[path], let new = after.values[path], old != new else { continue }
      let change = after.isPart ? Self.part(of: path, old, new) : Self.change(of: path, old, new)
      if !words.contains(change) { words.append(change) }
    }
    return words
  }

  /// The highest elements that hold only some of the paths, and none of the others.
  private static func roots(of paths: [String], among others: [String]) -> [String] {
    var roots: [String] = []
    for path in paths {
      let parts = path.split(separator: ".")
      let root = (1...parts.count).lazy.map { parts[..<$0].joined(separator: ".") }.first { root in
        !others.contains { $0 == root || $0.hasPrefix(root + ".") }
      }
      if let root = root ?? Optional(path), !roots.contains(root) { roots.append(root) }
    }
    return roots
  }

  private static func change(of path: String, _ old: [Value], _ new: [Value]) -> String {
    if old.count != new.count {
      // Members of a list went, each with all its fields: that is said once.
      let list = old.count > 1 ? path.split(separator: ".").dropLast().joined(separator: ".") : path
      return "\(list.isEmpty ? path : list) has \(new.count) members, and had \(old.count)"
    }
    let (before, now) = (bytes(old), bytes(new))
    if max(before, now) > 200 {
      return "\(now < before ? "shortened" : "changed") \(path) from \(grouped(before)) to \(grouped(now)) bytes"
    }
    return "\(path) is \(text(new)), and was \(text(old))"
  }

  private static func part(of path: String, _ old: [Value], _ new: [Value]) -> String {
    "holds \(grouped(bytes(new))) of the \(grouped(bytes(old))) bytes of \(path)"
  }

  private static func bytes(_ values: [Value]) -> Int { values.reduce(0) { $0 + $1.bytes } }

  static func text(_ values: [Value]) -> String {
    let shown = values.prefix(3).map { $0.shown.isEmpty ? "empty" : $0.shown }.joined(separator: ", ")
    return values.count > 3 ? "\(shown), … (\(values.count) values)" : shown
  }

  /// 1234567 as 1,234,567.
  static func grouped(_ number: Int) -> String {
    let digits = Array(String(number))
    return String(
      digits.indices.reversed().reduce(into: [Character]()) { text, index in
        text.insert(digits[index], at: 0)
        if index > 0, (digits.count - index).isMultiple(of: 3) { text.insert(",", at: 0) }
      }
    )
  }
}
