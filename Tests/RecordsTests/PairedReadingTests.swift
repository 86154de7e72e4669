import Records
import Simulator
import Stages
import Streaming
import TestSupport
import Testing

/// Two readers give what one gives, in the same order, whatever the page holds and wherever it is cut.
@Suite("One page, two readers")
struct PairedReadingTests {
  /// What came out of a page.
  struct Outcome {
    var detections: [String] = []
    var ending: Position?
    var report = ""
    var counts = StageMeter.Counts()

    /// Everything but how many batches it came in, which nobody may rely on.
    init(_ batches: ContiguousArray<Batch<Host>>, _ page: Page, _ meter: StageMeter) throws {
      var split = SplitDetections()
      for batch in batches {
        var outlet = Outlet<Detection>()
        try split.process(batch, into: &outlet)
        detections += outlet.records.map(\.wholeText)
      }
      detections += batches.flatMap(\.records).filter { $0.detectionCount == 0 }.map(\.wholeText)
      ending = batches.last?.position
      var report = try #require(page.report)
      // Behind what is wrong, they are counted to the end of the chunk.
      if !report.isComplete { report.repairedCharacters = 0 }
      self.report = "\(report)"
      counts = meter.current
      // A host comes in parts by what is read before it; they are told apart by nobody.
      counts.created = 0
      counts.left = 0
    }
  }

  static func chunks(_ answer: [UInt8], of size: Int) -> [[UInt8]] {
    stride(from: 0, to: answer.count, by: size).map { Array(answer[$0..<min($0 + size, answer.count)]) }
  }

  /// What one reader gives.
  static func one(_ chunks: [[UInt8]], ending: Position.Ending = .complete) throws -> Outcome {
    var decoder = DecodeDetections()
    let (page, meter) = (Page(number: 0, origin: "test"), StageMeter("one"))
    var batches: ContiguousArray<Batch<Host>> = []
    for chunk in chunks {
      let batch = Batch([DetectionsAnswer(AnswerBytes(chunk))], of: page, at: Position(marks: 0))
      try decoder.decode(batch, into: &batches, meter: meter)
    }
    let end = Batch<DetectionsAnswer>([], of: page, at: Position(marks: 0, ending: ending))
    try decoder.decode(end, into: &batches, meter: meter)
    #expect(meter.current.missing == 0)
    return try Outcome(batches, page, meter)
  }

  /// What two readers give when the whole page waits, and in how many steps; one reader takes one for each chunk.
  static func two(
    _ chunks: [[UInt8]],
    piece: Int,
    ending: Position.Ending = .complete
  ) async throws -> (outcome: Outcome, stepCount: Int) {
    var reading = PairedReading(pieceBytes: piece)
    let (page, meter) = (Page(number: 0, origin: "test"), StageMeter("two"))
    var batches: ContiguousArray<Batch<Host>> = []
    for chunk in chunks {
      reading.append(Batch([DetectionsAnswer(AnswerBytes(chunk))], of: page, at: Position(marks: 0)))
    }
    reading.append(Batch([], of: page, at: Position(marks: 0, ending: ending)))
    var stepCount = 0
    while !reading.isIdle {
      await reading.proceed(into: &batches, meter: meter)
      stepCount += 1
    }
    #expect(meter.current.missing == 0)
    return (try Outcome(batches, page, meter), stepCount)
  }

  private func expectSame(_ outcome: Outcome, _ expected: Outcome, _ what: Comment) {
    #expect(outcome.report == expected.report, what)
    #expect(outcome.ending == expected.ending, what)
    #expect(outcome.counts == expected.counts, what)
    #expect(outcome.detections.count == expected.detections.count, what)
    for (detection, other) in zip(outcome.detections, expected.detections) where detection != other {
      Issue.record("\(what): \(detection) is not \(other)")
      break
    }
  }

  /// A page with a name, for messages.
  struct Subject: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let answer: [UInt8]

    init(_ name: String, _ answer: [UInt8]) { (testDescription, self.answer) = (name, answer) }

    init(_ name: String, hosts: [SmallPage.Host], _ change: (inout SmallPage) -> Void = { _ in }) {
      var page = SmallPage(hosts)
      change(&page)
      self.init(name, page.bytes)
    }

    static func hosts(_ detection: String) -> [SmallPage.Host] {
      (1...9).map { (id: Int) in
        SmallPage.Host(id: id, "<IP>10.0.0.\(id)</IP>", detections: [detection, "<QID>\(id)</QID>"])
      }
    }

    static let honest: [Subject] = [
      Subject("hosts of the simulator", DetectionsSimulation(hosts: 12, seed: 3).page()),
      Subject("hosts with everything", hosts: (1...12).map { .everything(id: $0) }),
      Subject("another page follows", hosts: hosts("<QID>1</QID>")) { $0.afterHosts = SmallPage.warning(nextID: 10) },
      Subject("replaced characters and unknown entities", hosts: hosts("<RESULTS>a\u{1}b&nbsp;c\u{2}</RESULTS>")),
      Subject("ids that do not grow", hosts: [1, 2, 9, 3, 4, 5].map { .init(id: $0, detections: ["<QID>1</QID>"]) }),
      Subject("a host twice", hosts: [1, 2, 2, 3, 3, 3, 4].map { .init(id: $0, detections: ["<QID>1</QID>"]) }),
      Subject("hosts without ids", hosts: (1...6).map { .init("<IP>10.0.0.\($0)</IP>") }),
      Subject("drift", hosts: hosts("<QID>1</QID><NEW>1</NEW><NEW>2</NEW>")),
      Subject("no hosts", hosts: []),
    ]

    /// To each of two readers, that read a host each in turn, its ids grow; the first few are read by one.
    static let alternating = Subject(
      "ids that grow in every other host",
      hosts: (1...20).map { SmallPage.Host(id: $0 < 8 ? $0 : $0 % 2 * 100 + $0, detections: ["<QID>1</QID>"]) }
    )

    static let hostile: [Subject] = [
      Subject("an end in CDATA", hosts: hosts("<RESULTS><![CDATA[ </HOST> <HOST> ]]></RESULTS>")),
      Subject("a list's end in CDATA", hosts: hosts("<RESULTS><![CDATA[</HOST></HOST_LIST></HOST>]]></RESULTS>")),
      Subject("an end in a comment", hosts: hosts("<!-- </HOST><HOST> --><QID>1</QID>")),
      Subject("an end in an instruction", hosts: hosts("<?a </HOST><HOST> ?><QID>1</QID>")),
      Subject("an end in an attribute", hosts: hosts("<QID a=\"</HOST>\">1</QID>")),
      Subject("hosts in hosts", hosts: hosts("<HOST><ID>1</ID></HOST><HOST><ID>2</ID></HOST>")),
      Subject("a comment round hosts", hosts: hosts("<QID>1</QID>") + [.init("--><!--")]) {
        $0.hosts.insert(.init("<!--"), at: 4)
      },
      Subject("a comment between hosts that holds some", hosts: hosts("<QID>1</QID>")) {
        $0.hosts[3].late = "</HOST><!-- "
        $0.hosts[6].fields = "--><HOST>" + $0.hosts[6].fields
      },
      Subject("a section round hosts", hosts: hosts("<QID>1</QID>") + [.init("<B>]]></B>")]) {
        $0.hosts.insert(.init("<A><![CDATA["), at: 4)
      },
      Subject("a first host in a comment", hosts: hosts("<QID>1</QID>")) { $0.beginning += "<!-- <HOST> -->" },
      Subject("a first host in the document type", hosts: hosts("<QID>1</QID>")) {
        $0.beginning = "<!DOCTYPE HOST_LIST_VM_DETECTION_OUTPUT [ <!-- <HOST></HOST> --> ]>\n"
      },
      Subject("a declared entity", hosts: hosts("<QID>1</QID>")) {
        $0.beginning = "<!DOCTYPE HOST_LIST_VM_DETECTION_OUTPUT [ <!ENTITY a \"b\"> ]>\n"
      },
      Subject("another encoding", hosts: hosts("<RESULTS>é</RESULTS>")) {
        $0.beginning = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n"
      },
      Subject("a list that ends twice", hosts: hosts("<QID>1</QID>")) {
        $0.hosts[3].late = "</HOST></HOST_LIST><HOST_LIST><HOST>"
      },
      Subject("a list under another parent", hosts: hosts("<QID>1</QID>")) {
        $0.hosts[3].late = "</HOST></HOST_LIST></RESPONSE><OTHER><HOST_LIST><HOST>"
        $0.afterHosts = "</OTHER><RESPONSE>"
      },
      Subject("another root", Array("<OTHER><A><B><HOST></HOST><HOST></HOST></B></A></OTHER>".utf8)),
      Subject(
        "a refusal",
        Array("<SIMPLE_RETURN><RESPONSE><CODE>1905</CODE><TEXT>no</TEXT></RESPONSE></SIMPLE_RETURN>".utf8)
      ),
      Subject("text after the root", hosts: hosts("<QID>1</QID>")) { $0.afterRoot = "<HOST></HOST>" },
    ]
  }

  @Test("Whatever a page holds", arguments: Subject.honest + Subject.hostile, [40, 150, 1000, 1 << 20])
  func sameAsOne(_ subject: Subject, chunk: Int) async throws {
    let chunks = Self.chunks(subject.answer, of: chunk)
    let expected = try Self.one(chunks)
    for piece in [1, 300, 2000] {
      let outcome = try await Self.two(chunks, piece: piece).outcome
      expectSame(outcome, expected, "pieces of \(piece)")
    }
  }

  @Test("A page is cut where its hosts end, and not where nobody can tell")
  func cuts() async throws {
    let chunks = Self.chunks(Subject.honest[0].answer, of: 1000)
    #expect(try await Self.two(chunks, piece: 1 << 20).stepCount == chunks.count + 1)
    #expect(try await Self.two(chunks, piece: 5000).stepCount < chunks.count / 2)
    for subject in Subject.hostile where subject.testDescription.contains("first host") {
      let chunks = Self.chunks(subject.answer, of: 100)
      #expect(try await Self.two(chunks, piece: 300).stepCount == chunks.count + 1)
    }
  }

  @Test("Cut at each host's end", arguments: Subject.honest + Subject.hostile + [Subject.alternating])
  func eachHost(_ subject: Subject) async throws {
    let ends = subject.answer.ranges(of: Array("</HOST>".utf8)).map(\.upperBound) + [subject.answer.count]
    let chunks = zip([0] + ends, ends).map { Array(subject.answer[$0..<$1]) }
    expectSame(try await Self.two(chunks, piece: 1).outcome, try Self.one(chunks), "a piece for each host")
  }

  @Test("Wherever a page is malformed, the error says the same place", arguments: 0..<9)
  func malformed(host: Int) async throws {
    for damage in ["<QID>1</QIX>", "<RESULTS>a < b</RESULTS>", "<A b=1/>", "</HOST></HOST>"] {
      var page = SmallPage(Subject.hosts("<RESULTS>a\nb\u{1}</RESULTS>"))
      page.hosts[host].detections.append(damage)
      for size in [70, 400] {
        let chunks = Self.chunks(page.bytes, of: size)
        let expected = try Self.one(chunks)
        #expect(expected.ending?.ending == .abandoned)
        let outcome = try await Self.two(chunks, piece: 1).outcome
        expectSame(outcome, expected, "\(damage) in chunks of \(size)")
      }
    }
  }

  @Test("Wherever a page breaks off", arguments: [Position.Ending.complete, .abandoned])
  func brokenOff(ending: Position.Ending) async throws {
    let answer = SmallPage(Subject.hosts("<RESULTS><![CDATA[</HOST>]]></RESULTS>")).bytes
    for count in stride(from: 0, to: answer.count, by: 7) {
      let chunks = Self.chunks(Array(answer[..<count]), of: 90)
      let expected = try Self.one(chunks, ending: ending)
      let outcome = try await Self.two(chunks, piece: 100, ending: ending).outcome
      expectSame(outcome, expected, "broken off after \(count) bytes")
    }
  }

  @Test("As an operator it gives every page, and the error behind them", arguments: [100, 5000])
  func asOperator(piece: Int) async throws {
    let answers = Subject.honest.map(\.answer)
    var batches: [Batch<DetectionsAnswer>] = []
    var expected: [Outcome] = []
    for (number, answer) in answers.enumerated() {
      let chunks = Self.chunks(answer, of: 300)
      let page = Page(number: number, origin: "test")
      batches += chunks.map { Batch([DetectionsAnswer(AnswerBytes($0))], of: page, at: Position(marks: 0)) }
      batches.append(Batch([], of: page, at: Position(marks: 0, ending: .complete)))
      expected.append(try Self.one(chunks))
    }
    struct Planted: Error {}
    let meter = StageMeter("two")
    let flow = BatchesThenFailure(batches, failure: Planted()).decodedInPairs(meter: meter, pieceBytes: piece)
    var iterator = flow.makeAsyncIterator()
    var given: ContiguousArray<Batch<Host>> = []
    await #expect(throws: Planted.self) {
      while let batch = try await iterator.next(isolation: nil) { given.append(batch) }
    }
    #expect(try await iterator.next(isolation: nil) == nil)
    for (number, outcome) in expected.enumerated() {
      let own = ContiguousArray(given.filter { $0.page.number == number })
      let page = try #require(own.first).page
      #expect(try Outcome(own, page, StageMeter("own")).detections == outcome.detections)
      #expect(try Outcome(own, page, StageMeter("own")).report == outcome.report)
    }
  }

  @Test("A reader that goes away takes the one that reads ahead with it, and a cancelled one ends")
  func cancellation() async throws {
    let page = Page(number: 0, origin: "test")
    let whole = Batch(
      [DetectionsAnswer(AnswerBytes(Subject.honest[1].answer))],
      of: page,
      at: Position(marks: 0, ending: .complete)
    )
    let endless = EndlessBatches(whole)
    let task = Task {
      for try await _ in endless.decodedInPairs(meter: StageMeter("two")) {}
    }
    while endless.taken < 3 { await Task.yield() }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    let taken = endless.taken
    for _ in 0..<100 { await Task.yield() }
    #expect(endless.taken <= taken + 2)
  }
}
