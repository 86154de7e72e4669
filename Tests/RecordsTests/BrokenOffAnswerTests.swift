import Records
import Stages
import Streaming
import TestSupport
import Testing

/// An answer that breaks off is an error wherever it does, never a smaller answer.
@Suite("Answers that break off")
struct BrokenOffAnswerTests {
  static let page: [UInt8] = {
    var page = SmallPage([.everything(id: 1), SmallPage.Host(id: 2, detections: ["<QID>1</QID>"])])
    page.afterHosts = SmallPage.warning(nextID: 3)
    page.afterRoot = ""
    return page.bytes
  }()

  @Test("Every prefix is a failure, and gives the hosts that are whole in it", arguments: [1 << 20, 13])
  func everyPrefix(chunk: Int) throws {
    let page = Self.page
    #expect(try Decoding(page, chunk: chunk).failure == nil)
    for length in 0..<page.count {
      let prefix = Array(page[..<length])
      let decoding = try Decoding(prefix, chunk: chunk)
      let whole = String(decoding: prefix, as: UTF8.self).split(separator: "</HOST>", omittingEmptySubsequences: false)
      let report = try decoding.report
      guard report.failure != nil, !report.isComplete, report.marks == whole.count - 1,
        decoding.hosts.count == report.marks, decoding.batches.last?.position.ending == .abandoned,
        Int(decoding.batches.last?.position.marks ?? 0) == report.marks
      else {
        Issue.record("\(length) bytes of \(page.count): \(report)")
        return
      }
    }
  }

  @Test("The hosts before the break are the same as in the whole answer")
  func sameHosts() throws {
    let whole = try Decoding(Self.page).texts()
    let cut = try Decoding(Array(Self.page.dropLast(40)))
    #expect(cut.failure?.description.contains("breaks off") == true)
    #expect(try cut.texts() == whole)
  }

  @Test("A transport that breaks off ends the page at its last mark, also after a whole document")
  func transport() throws {
    var decoder = DecodeDetections()
    let page = Page(number: 0, origin: "test")
    page.transportFailure = "the connection was reset"
    var batches: ContiguousArray<Batch<Host>> = []
    let chunk = ContiguousArray([DetectionsAnswer(AnswerBytes(Self.page))])
    for batch in [
      Batch(chunk, of: page, at: Position(marks: 0)),
      Batch([], of: page, at: Position(marks: 0, ending: .abandoned)),
    ] {
      try decoder.decode(batch, into: &batches, meter: StageMeter("decode-detections"))
    }
    #expect(batches.last?.position == Position(marks: 2, ending: .abandoned))
    #expect((page.report?.failure as? AnswerError)?.description == "the connection was reset")
  }
}
