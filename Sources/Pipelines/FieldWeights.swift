internal import JSONText
internal import Records

/// What fields take in lines of JSON, by their paths.
struct FieldWeights: Sendable {
  private struct Member {
    let name: String
    let parent: Int
    var children: [[UInt8]: Int] = [:]
    var bytes = 0
  }

  private var members = [Member(name: "", parent: 0)]

  /// The bytes of each path, its own name, quotes and comma among them; arrays have their elements' path.
  var bytes: [(path: String, bytes: Int)] {
    members.indices.dropFirst().filter { members[$0].bytes > 0 }.map { (path(of: $0), members[$0].bytes) }
  }

  private func path(of index: Int) -> String {
    let member = members[index]
    return member.parent == 0 ? member.name : "\(path(of: member.parent)).\(member.name)"
  }

  /// Adds a line; one that is no JSON as far as it is.
  mutating func add(_ line: Line) throws {
    var reader = JSONPushReader()
    /// What is open, and the member whose value comes next.
    var open: [Int] = []
    var next: Int?
    try unsafe line.forEachChunk { chunk in
      var index = 0
      while let event = unsafe try? reader.next(in: chunk, at: &index) {
        let place = next ?? open.last ?? 0
        switch event {
        case .openObject, .openArray:
          members[place].bytes += 2
          open.append(place)
          next = nil
        case .closeObject, .closeArray: _ = open.popLast()
        case .name:
          let name = child(of: open.last ?? 0, named: unsafe Array(reader.text))
          unsafe members[name].bytes += reader.text.count + 3
          next = name
        case .string:
          unsafe members[place].bytes += reader.text.count + 3
          next = nil
        case .number, .literal:
          unsafe members[place].bytes += reader.text.count + 1
          next = nil
        }
      }
    }
  }

  private mutating func child(of parent: Int, named name: [UInt8]) -> Int {
    if let known = members[parent].children[name] { return known }
    members.append(Member(name: String(decoding: name, as: UTF8.self), parent: parent))
    members[parent].children[name] = members.count - 1
    return members.count - 1
  }
}
