import Health
import Qualys
import Simulator
import Streaming
import TestSupport

extension FaultCase {
  /// The cases that run here, over real sockets.
  static let all = wire + answers + paging + surroundings

  /// Faults of the connection and of how a body ends.
  private static let wire = [
    FaultCase(1, "connection refused", "API 2: refuse 30ms") { $0.extraCalls = 1...1 },
    FaultCase(2, "a name that nobody knows") {
      $0.reach = .nobody
      $0.waitsForEver = false
      $0.ending = .stops(.thirdPartyGeneric)
      $0.extraCalls = (-3)...(-3)
      $0.event = .thirdPartyGeneric
      // The usual attempts, five minutes between them at most, half of that on average.
      $0.waits = 1_000...6_500
    },
    FaultCase(3, "a connection that is not made in time, until it is") {
      $0.limits = .short
      $0.reach.beginsFull = true
      // A busy machine may be late by itself.
      $0.extraCalls = 0...7
      $0.event = .thirdPartyGeneric
    },
    FaultCase(4, "reset before the head", "API 2: reset"),
    FaultCase(4, "closed before the head", "API 2: cut"),
    FaultCase(4, "reset before the head, ten times", "API 2-11: reset") {
      $0.extraCalls = 10...12
      $0.event = .thirdPartyGeneric
    },
    FaultCase(5, "reset in the first bytes", "API 2: reset 10") { $0.extraCalls = 1...2 },
    FaultCase(5, "reset in the midst", "API 2: reset 7000") { $0.extraCalls = 1...2 },
    FaultCase(5, "reset in the midst of each answer", "API 1-6: reset 7000") {
      $0.extraCalls = 2...9
    },
    FaultCase(6, "closed in the midst, without a length", "API 2: no-length 7000") { $0.extraCalls = 1...2 },
    FaultCase(6, "closed in the midst, in chunks", "API 2: cut 7000") { $0.extraCalls = 1...2 },
    FaultCase(6, "closed at the end, without a length", "API *: no-length") { $0.extraCalls = 0...0 },
    FaultCase(7, "length too long", "API 2: length +10") { $0.extraCalls = 0...2 },
    FaultCase(8, "length too short", "API 2: length -200") { $0.extraCalls = 0...2 },
    FaultCase(9, "no last chunk", "API 2: no-last-chunk") { $0.extraCalls = 0...2 },
    FaultCase(10, "a chunk's size is none", "API 2: bad-chunk 7000") { $0.extraCalls = 1...2 },
    FaultCase(11, "bytes that drip", "API 2: drip 100/s") {
      $0.limits = .short
      // A busy machine may be late by itself.
      $0.extraCalls = 1...8
    },
    FaultCase(12, "silence in the midst", "API 2: stall 30s 7000") {
      $0.limits = .short
      // A busy machine may be late by itself.
      $0.extraCalls = 1...8
    },
    FaultCase(13, "silence before the head", "API 2: stall 30s") {
      $0.limits = .short
      // A busy machine may be late by itself.
      $0.extraCalls = 1...8
    },
    FaultCase(14, "gzip that is cut", "API 2: gzip-cut 700") { $0.extraCalls = 1...2 },
    FaultCase(14, "gzip that ends with its connection", "API 2: cut 1000") {
      $0.extraCalls = 1...2
      $0.setUp = { $0.compresses = true }
    },
    FaultCase(15, "gzip bomb", "API 2: gzip-bomb 64") { $0.extraCalls = 1...2 },
    FaultCase(16, "junk behind gzip", "API 2: gzip-junk") { $0.extraCalls = 0...2 },
    FaultCase(17, "a certificate that nobody known has signed") {
      $0.isNotTrusted(FaultReach(certificate: .valid, isTrusted: false))
    },
    FaultCase(17, "a certificate that has expired") { $0.isNotTrusted(FaultReach(certificate: .expired)) },
    FaultCase(17, "a certificate for another name") { $0.isNotTrusted(FaultReach(certificate: .ofAnotherName)) },
    FaultCase(18, "TLS that is cut without a goodbye", "API 2: tls-cut 7000") {
      $0.reach.certificate = .valid
      $0.extraCalls = 1...2
    },
    FaultCase(18, "TLS that is cut in the midst of each answer", "API 1-6: tls-cut 7000") {
      $0.reach.certificate = .valid
      $0.extraCalls = 2...9
    },
    FaultCase(19, "redirected to another host", "API 2: redirect 307 ELSEWHERE") {
      $0.ending = .stops(.thirdPartyConfig)
      $0.extraCalls = (-1)...(-1)
      $0.event = .thirdPartyConfig
    },
    FaultCase(19, "redirected at once", "API *: redirect 301 ELSEWHERE") {
      $0.ending = .stops(.thirdPartyConfig)
      $0.extraCalls = (-2)...(-2)
      $0.event = .thirdPartyConfig
    },
  ]

  /// Another answer than the data.
  private static let answers = [
    FaultCase(20, "the login is refused once", "API 2: status 401"),
    FaultCase(21, "the login is refused from the first call on", "API *: status 401") {
      $0.ending = .stops(.thirdPartyConfig)
      $0.extraCalls = (-2)...(-1)
      $0.event = .thirdPartyConfig
    },
    FaultCase(22, "403", "API 2: status 403") { $0.becomesAPersons() },
    FaultCase(23, "404", "API 2: status 404") { $0.becomesAPersons() },
    FaultCase(24, "400", "API 2: status 400") { $0.becomesAPersons() },
    FaultCase(25, "the rate is used up for 181 s", "API 2: status 409 1965 wait=181") {
      $0.streams = [.detections, .knowledgeBase]
      $0.waits = 181...200
      $0.event = .thirdPartyGeneric
    },
    FaultCase(26, "too many calls at once, no hint", "API 2: status 409 1960") {
      $0.streams = [.detections, .knowledgeBase]
      $0.waits = 10...31
      $0.event = .thirdPartyGeneric
    },
    FaultCase(27, "fields that are no numbers, the wait in the body", "API 2: status 409 1965 headers=nan") {
      $0.streams = [.detections, .knowledgeBase]
      $0.waits = 181...200
      $0.event = .thirdPartyGeneric
    },
    FaultCase(27, "a wait that is no number", "API 2: status 429 headers=nan") { $0.hasNoHint() },
    FaultCase(27, "a wait that is negative", "API 2: status 429 headers=negative") { $0.hasNoHint() },
    FaultCase(27, "a wait that is absurd", "API 2: status 429 headers=huge") { $0.hasNoHint() },
    FaultCase(27, "a wait that is blank", "API 2: status 429 headers=blank") { $0.hasNoHint() },
    FaultCase(27, "a wait that is absent", "API 2: status 429 headers=absent") { $0.hasNoHint() },
    FaultCase(27, "limits that are absurd, with the data", "API *: headers negative") { $0.extraCalls = 0...0 },
    FaultCase(28, "429 with seconds", "API 2: status 429 retry-after=77") {
      $0.waits = 77...90
      $0.event = .thirdPartyGeneric
    },
    FaultCase(
      28,
      "429 with a date",
      #"API 2: status 429 date="Sun, 22 Nov 2026 10:00:00 GMT" retry-after="Sun, 22 Nov 2026 10:02:00 GMT""#
    ) {
      $0.waits = 120...140
      $0.event = .thirdPartyGeneric
    },
    FaultCase(29, "500 twenty times", "API 2-21: status 500") { $0.passesAfterTwenty() },
    FaultCase(29, "502 twenty times", "API 2-21: status 502") { $0.passesAfterTwenty() },
    FaultCase(29, "503 twenty times", "API 2-21: status 503") { $0.passesAfterTwenty() },
    FaultCase(29, "504 twenty times", "API 2-21: status 504") {
      $0.passesAfterTwenty()
      // Halved until one item is asked for at a time.
      $0.extraCalls = 20...24
    },
    FaultCase(30, "a web page", "API 2: html"),
    FaultCase(31, "an empty answer", "API 2: empty") { $0.extraCalls = 1...2 },
    FaultCase(32, "an error inside a 200", "API 2: error 999") { $0.streams = [.detections, .knowledgeBase] },
    FaultCase(32, "the rate is used up, inside a 200", "API 2: error 1965") {
      $0.streams = [.detections, .knowledgeBase]
      // As long as the simulator's window, which the body says.
      $0.waits = 3_500...3_700
      $0.event = .thirdPartyGeneric
    },
    FaultCase(33, "an incident signature", "API 2: incident 7000") { $0.extraCalls = 1...2 },
    FaultCase(34, "the token expires", "API 2: expire-token") {
      $0.streams = [.assets]
      $0.extraCalls = 0...1
    },
    FaultCase(34, "the token expires, and no new one is to be had", "API 2: expire-token; sign-in 2-6: status 503") {
      $0.streams = [.assets]
      $0.extraCalls = 0...6
      $0.event = .thirdPartyGeneric
    },
    FaultCase(49, "a billion laughs", "API 2: xxe laughs") { $0.isRefusedOnce() },
    FaultCase(49, "an entity from a file", "API 2: xxe file") { $0.isRefusedOnce() },
    FaultCase(49, "an entity from the network", "API 2: xxe http") { $0.isRefusedOnce() },
    FaultCase(49, "a parameter entity", "API 2: xxe parameter") { $0.isRefusedOnce() },
    FaultCase(49, "quadratic entities", "API 2: xxe quadratic") { $0.isRefusedOnce() },
    FaultCase(50, "100,000 levels", "API 2: deep 100000") { $0.extraCalls = 1...2 },
    FaultCase(50, "100,000 attributes", "API 2: attributes 100000") { $0.isRefusedOnce() },
    FaultCase(50, "a name of 60 KB", "API 2: long-name 60000") { $0.extraCalls = 0...2 },
  ]

  /// Pages that lead nowhere.
  private static let paging = [
    FaultCase(35, "the next page is on another host") {
      $0.streams = [.detections]
      $0.extraCalls = 0...0
    },
    FaultCase(36, "the next page is this one", "API 2: next-id first") { $0.leadsNowhere() },
    FaultCase(37, "the next page lies behind us", "API 2: next-id 1") { $0.leadsNowhere() },
    FaultCase(38, "the next page is absurd", "API 2: next-id 99999999999999999999999") { $0.leadsNowhere() },
    FaultCase(39, "a host on two pages", "API 2: repeated-host") {
      $0.streams = [.detections]
      $0.extraCalls = 0...1
    },
    FaultCase(40, "hosts in no order", "API 2: unordered") {
      $0.streams = [.detections]
      $0.extraCalls = 0...1
    },
  ]

  /// What is around: the receiver, the clock, a host that never comes.
  private static let surroundings = [
    FaultCase(55, "the receiver is busy") { $0.receives(first: .answer(429)) },
    FaultCase(55, "the receiver fails") { $0.receives(first: .answer(500)) },
    FaultCase(55, "the receiver resets before it stores") { $0.receives(first: .reset) },
    FaultCase(55, "the receiver resets after it stored") { $0.receives(first: .storeAndReset) },
    FaultCase(55, "the receiver's answer breaks off") { $0.receives(first: .storeAndBreak) },
    FaultCase(56, "a request is too large") { $0.receives(first: .answer(413)) },
    FaultCase(67, "a clock that is a day ahead, then an hour behind") {
      $0.extraCalls = 0...0
      $0.clockError = { $0.isMultiple(of: 2) ? 86_400 : -3_600 }
    },
    FaultCase(71, "a host that never comes") {
      $0.streams = [.detections]
      $0.extraCalls = 5...30
      $0.lacksHost = true
    },
  ]
}

extension FaultCase {
  fileprivate mutating func becomesAPersons() {
    ending = .stops(.thirdPartyConfig)
    extraCalls = (-1)...(-1)
    event = .thirdPartyConfig
  }

  fileprivate mutating func isNotTrusted(_ reach: FaultReach) {
    self.reach = reach
    ending = .stops(.thirdPartyConfig)
    extraCalls = (-3)...(-3)
    event = .thirdPartyConfig
    waits = 0...0
  }

  fileprivate mutating func hasNoHint() { waits = 10...31 }

  fileprivate mutating func passesAfterTwenty() {
    extraCalls = 20...20
    event = .thirdPartyGeneric
  }

  fileprivate mutating func isRefusedOnce() {
    streams = [.detections, .knowledgeBase]
    extraCalls = 1...2
  }

  fileprivate mutating func leadsNowhere() {
    streams = [.detections]
    extraCalls = 0...1
    event = .thirdPartyGeneric
  }

  fileprivate mutating func receives(first behaviour: RecordingServer.Behaviour) {
    extraCalls = 0...0
    receiver = { $0 == 2 ? behaviour : .answer(200) }
  }
}
