/// A row of the fault matrix, and where it is seen.
struct MatrixRow: Sendable {
  /// Where a row is seen.
  enum Place: Sendable {
    /// Here, by cases of the same number.
    case here
    /// By a test of another suite: `SUITE/FILE.FUNCTION`.
    case covered(by: String)
    /// Nowhere yet.
    case waits(for: String)
  }

  let number: Int
  let fault: String
  let place: Place

  init(_ number: Int, _ fault: String, _ place: Place) {
    self.number = number
    self.fault = fault
    self.place = place
  }

  static let all = [
    MatrixRow(1, "connection refused", .here),
    MatrixRow(2, "a name that nobody knows", .here),
    MatrixRow(3, "a connection that is not made in time", .here),
    MatrixRow(4, "reset before the head", .here),
    MatrixRow(5, "reset at every byte", .here),
    MatrixRow(6, "closed at every byte", .here),
    MatrixRow(7, "Content-Length too long", .here),
    MatrixRow(8, "Content-Length too short", .here),
    MatrixRow(9, "no last chunk", .here),
    MatrixRow(10, "bad size of a chunk", .here),
    MatrixRow(11, "bytes that drip", .here),
    MatrixRow(12, "silence in a body", .here),
    MatrixRow(13, "silence before the head", .here),
    MatrixRow(14, "gzip cut", .here),
    MatrixRow(15, "gzip bomb", .here),
    MatrixRow(16, "junk behind gzip", .here),
    MatrixRow(17, "certificates that are not to be trusted", .here),
    MatrixRow(18, "TLS cut without close_notify", .here),
    MatrixRow(19, "redirects", .here),
    MatrixRow(20, "401 once", .here),
    MatrixRow(21, "401 always", .here),
    MatrixRow(22, "403", .here),
    MatrixRow(23, "404", .here),
    MatrixRow(24, "400", .here),
    MatrixRow(25, "409 with a wait", .here),
    MatrixRow(26, "409, code 1960", .here),
    MatrixRow(27, "a wait that makes no sense", .here),
    MatrixRow(28, "429", .here),
    MatrixRow(29, "5xx", .here),
    MatrixRow(30, "HTML", .here),
    MatrixRow(31, "empty", .here),
    MatrixRow(32, "an error inside a 200", .here),
    MatrixRow(33, "incident signature", .here),
    MatrixRow(34, "the token expires", .here),
    MatrixRow(35, "paging to another host", .here),
    MatrixRow(36, "paging that does not advance", .here),
    MatrixRow(37, "paging that goes back", .here),
    MatrixRow(38, "an absurd next page", .here),
    MatrixRow(39, "a host on two pages", .here),
    MatrixRow(40, "ids that do not ascend", .here),
    MatrixRow(41, "unusual hosts", .covered(by: "QualysTests/FaultMatrixTests.unusualHosts")),
    MatrixRow(42, "QIDs without an entry", .covered(by: "QualysTests/FaultMatrixTests.lackingEntries")),
    MatrixRow(43, "more than 500 QIDs", .covered(by: "QualysTests/FaultMatrixTests.manyEntries")),
    MatrixRow(44, "entries that change meanwhile", .covered(by: "QualysTests/FaultMatrixTests.changingEntries")),
    MatrixRow(45, "RESULTS of 10 MB", .covered(by: "RecordsTests/LongTextTests.longResults")),
    MatrixRow(46, "RESULTS of 48 MB", .covered(by: "RecordsTests/LongTextTests.longResults")),
    MatrixRow(47, "a host with a million detections", .covered(by: "FaultTests/OneHostTests.oneHost")),
    MatrixRow(48, "characters that are none", .covered(by: "RecordsTests/BrokenCharactersTests.everyPlace")),
    MatrixRow(49, "entities", .here),
    MatrixRow(50, "depth, attributes, names", .here),
    MatrixRow(51, "no space at any write", .covered(by: "DeliveryTests/PowerLossTests.errors")),
    MatrixRow(52, "a full disk that has space again", .covered(by: "PipelinesTests/LiveRunTests.disk")),
    MatrixRow(53, "EIO of fsync", .covered(by: "SinksTests/FailingDiskTests.gzipFile")),
    MatrixRow(54, "a disk that cannot be written to", .covered(by: "StateTests/OpeningTests.unwritable")),
    MatrixRow(55, "a receiver that is busy, fails, resets after storing", .here),
    MatrixRow(56, "413", .here),
    MatrixRow(57, "400 for one record", .covered(by: "SinksTests/HTTPRetryTests.halves")),
    MatrixRow(58, "errors for some items of a request", .waits(for: "the sink for Elasticsearch")),
    MatrixRow(59, "an acknowledgement that never comes", .waits(for: "the sink for Splunk")),
    MatrixRow(60, "one of three sinks down for 48 h", .waits(for: "the spool")),
    MatrixRow(61, "kill -9 anywhere", .covered(by: "DeliveryTests/KillTests.killed")),
    MatrixRow(62, "kill -9 at system calls", .covered(by: "DeliveryTests/KillTests.killedInSystemCalls")),
    MatrixRow(63, "kill -9 in recovery", .covered(by: "DeliveryTests/KillTests.killedAgain")),
    MatrixRow(64, "SIGTERM in a page", .covered(by: "PipelinesTests/StopTests.aPageThatTakesTooLongEndsAtItsLastHost")),
    MatrixRow(65, "SIGTERM in a long wait", .covered(by: "PipelinesTests/StopTests.aLongWaitEndsAtOnce")),
    MatrixRow(66, "SIGPIPE", .covered(by: "SinksTests/StandardOutputTests.closedPipe")),
    MatrixRow(67, "a clock that jumps", .here),
    MatrixRow(68, "a damaged state", .covered(by: "StateTests/DamageTests.truncated")),
    MatrixRow(69, "a second process", .covered(by: "StateTests/OpeningTests.locked")),
    MatrixRow(70, "a state that cannot be written", .covered(by: "StateTests/OpeningTests.unwritable")),
    MatrixRow(71, "a host that never comes whole", .here),
    MatrixRow(72, "power loss", .covered(by: "DeliveryTests/PowerLossTests.powerLoss")),
  ]
}
