import Qualys
import TestSupport
import Testing

/// The kinds of streams that call Qualys.
enum StreamKind: String, CaseIterable, CustomTestStringConvertible {
  case detections
  case knowledgeBase
  case assets
  var testDescription: String { rawValue }
}

/// A Qualys in memory that has items 1 to 9 of every kind, and answers as it is asked: with a limit, from an id on.
struct SmallQualys: Sendable {
  /// How an item does not come whole.
  enum Defect: String, CaseIterable, Sendable {
    /// The connection breaks before its id.
    case cutBeforeID
    /// The connection breaks behind its id.
    case cut
    /// It is no XML, or JSON.
    case malformed
  }

  var ids = Array(1...9)
  /// Items that never come whole.
  var bad: [Int: Defect] = [:]
  /// Whether each page of hosts begins with the last good one before those asked for.
  var repeatsHosts = false
  /// What an XML answer says of the next page, instead of its first id.
  var warning: (@Sendable (_ next: Int) -> String)?
  /// Stands where a broken item breaks off.
  private static let cutMark = "\u{2702}"

  /// The kind of stream that a request is of, and what it is asked for.
  func answer(to request: APIRequest) -> ScriptedTransport.Answer {
    switch request.api {
    case .detections: detections(request)
    case .knowledgeBase: knowledgeBase(request)
    case .assets: assets(request)
    case .hosts: hostList(request)
    }
  }

  private func number(_ name: String, of request: APIRequest) -> Int? { request.value(of: name).flatMap { Int($0) } }

  private func chosen(_ request: APIRequest) -> [Int] {
    let asked = request.value(of: "ids").map { $0.split(separator: ",").compactMap { Int($0) } }
    let first = number("id_min", of: request) ?? 0
    let last = number("id_max", of: request) ?? .max
    return ids.filter { (asked?.contains($0) ?? true) && $0 >= first && $0 <= last }
  }

  private func detections(_ request: APIRequest) -> ScriptedTransport.Answer {
    let limit = number("truncation_limit", of: request) ?? 1000
    let all = chosen(request)
    let given = all.prefix(limit == 0 ? .max : limit)
    let repeated = repeatsHosts ? ids.last { bad[$0] == nil && $0 < number("id_min", of: request) ?? 0 } : nil
    var page = SmallPage(
      ([repeated].compactMap(\.self) + given).map { id in SmallPage.Host(fields(id, "ID"), detections: [detection(id)])
      }
    )
    if let next = all.dropFirst(given.count).first {
      let id = warning?(next) ?? "\(next)"
      page.afterHosts = """
        <WARNING><CODE>1980</CODE><TEXT>record limit exceeded.</TEXT>
        <URL><![CDATA[https://elsewhere.example/other/?action=list&foo=bar&id_min=\(id)]]></URL></WARNING>
        """
    }
    return Self.answer(page.text)
  }

  private func fields(_ id: Int, _ name: String) -> String {
    let mark = bad[id] == .cutBeforeID ? Self.cutMark : ""
    return "\(mark)<\(name)>\(id)</\(name)>\(bad[id] == .cut ? Self.cutMark : "")"
  }

  private func detection(_ id: Int) -> String { bad[id] == .malformed ? "<QID>7</QIX>" : "<QID>7</QID>" }

  private func knowledgeBase(_ request: APIRequest) -> ScriptedTransport.Answer {
    var answer = SmallKnowledgeBase()
    answer.entries = chosen(request).map { fields($0, "QID") + (bad[$0] == .malformed ? "<TITLE>t</TITEL>" : "") }
    return Self.answer(answer.text)
  }

  private func hostList(_ request: APIRequest) -> ScriptedTransport.Answer {
    let given = chosen(request).prefix(number("truncation_limit", of: request) ?? 1000)
    return Self.answer(
      "<HOST_LIST_OUTPUT><RESPONSE><DATETIME>2026-11-21T10:00:00Z</DATETIME><ID_SET>"
        + given.map { "<ID>\($0)</ID>" }.joined() + "</ID_SET></RESPONSE></HOST_LIST_OUTPUT>"
    )
  }

  private func assets(_ request: APIRequest) -> ScriptedTransport.Answer {
    let all = ids.filter { $0 > number("lastSeenAssetId", of: request) ?? 0 }
    let given = all.prefix(number("pageSize", of: request) ?? 300)
    let assets = given.map { id in
      let before = bad[id] == .cutBeforeID ? Self.cutMark : ""
      let behind = bad[id] == .cut ? Self.cutMark : bad[id] == .malformed ? ",,}" : ""
      return #"{\#(before)"assetId":\#(id),\#(behind)"assetName":"a"}"#
    }
    let more = all.count > given.count ? 1 : 0
    let last = given.last.map { warning?($0) ?? "\($0)" } ?? "null"
    return Self.answer(
      #"{"responseCode":"SUCCESS","count":\#(given.count),"hasMore":\#(more),"lastSeenAssetId":\#(last),"#
        + #""assetListData":{"asset":[\#(assets.joined(separator: ","))]}}"#
    )
  }

  private static func answer(_ text: String) -> ScriptedTransport.Answer {
    guard let cut = text.firstRange(of: cutMark) else { return .init(text) }
    return .init(text, cut: text[..<cut.lowerBound].utf8.count)
  }
}
