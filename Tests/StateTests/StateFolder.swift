import Foundation
import State
import Streaming
import SystemPackage
import TestSupport

/// A folder for a state, and short words for what the tests do with it.
struct StateFolder {
  let folder: TemporaryFolder
  var path: FilePath { FilePath(folder.url.path).appending("state") }
  var database: FilePath { path.appending("state.db") }

  init() throws { folder = try TemporaryFolder() }

  /// Opens the state.
  ///
  /// Other tests start processes, which for a moment hold whatever locks this one had when they began.
  func open(_ settings: SQLiteState.Settings = SQLiteState.Settings()) throws -> SQLiteState {
    for _ in 0..<50 {
      let result = Result { () throws -> SQLiteState in try SQLiteState(in: path, settings) }
      if case .failure(let error as StateError) = result, error.code == .inUse(process: Int(getpid())) {
        usleep(10_000)
        continue
      }
      return try result.get()
    }
    return try SQLiteState(in: path, settings)
  }
}

extension Page {
  static func test(_ number: Int = 0) -> Page { Page(number: number, origin: "test") }
}

extension StateStore {
  /// Sets a text in a page of stream `s`.
  func set(_ value: String, for key: String, at mark: UInt32, of page: Page, in space: String = "ports") throws {
    try memory(space, of: "s").set(Array(value.utf8), for: Array(key.utf8), at: mark, of: page)
  }

  /// What stream `s` sees under some keys.
  func values(_ keys: String..., in space: String = "ports") throws -> [String?] {
    try memory(space, of: "s").values(for: keys.map { Array($0.utf8) }).map { value in
      value.map { String(decoding: $0, as: UTF8.self) }
    }
  }

  func end(_ page: Page, marks: UInt32, in space: String = "ports") throws {
    try memory(space, of: "s").end(page, marks: marks)
  }

  func commit(_ page: Page, marks: UInt32 = .max, at time: Int = 1000, of stream: String = "s") throws {
    let cursor = Array("page \(page.number)".utf8)
    try commit(page, marks: marks, of: stream, progress: StreamProgress(cursor: cursor, serverTime: time))
  }

  /// Everything under a space, as texts.
  func all(in space: String = "ports", by limit: Int = 7) throws -> [String: String] {
    var all: [String: String] = [:]
    var last: [UInt8]?
    while true {
      let entries = try entries(of: space, after: last, limit: limit)
      for (key, value) in entries { all[String(decoding: key, as: UTF8.self)] = String(decoding: value, as: UTF8.self) }
      guard let next = entries.last else { return all }
      last = next.key
    }
  }
}
