import Qualys
import Simulator
import Testing

/// A subscription as Qualys keeps it, whom we and others call, and the promises that our calls must keep.
private struct Subscription {
  var random: SeededGenerator
  let leave: Double
  let limit: Int
  let window: Duration
  let concurrency: Int
  let tellsAll: Bool
  var account: ThrottleAccount
  var now = Duration.zero

  struct Call {
    var response: APIResponse
    var wasAnswered = false
    var isRefused: Bool
  }

  /// Our calls that run.
  var calls: [Call] = []
  /// When calls in the window were admitted: ours, and those of others.
  var ours: [Duration] = []
  var others: [Duration] = []
  /// When we were told to wait until.
  var toldToWait = Duration.zero
  var ceiling = 1
  var hasToldLimit = false
  var count = 0

  init(seed: UInt64, tellsAll: Bool) {
    random = SeededGenerator(seed: seed)
    leave = [0, 0.1, 0.25, 0.5, 0.9].randomElement(using: &random)!
    limit = Int.random(in: 1...40, using: &random)
    window = .seconds(Int.random(in: 10...600, using: &random))
    concurrency = Int.random(in: 1...8, using: &random)
    self.tellsAll = tellsAll
    account = ThrottleAccount(leave: leave, hold: .seconds(10))
  }

  var budget: Int { max(1, limit - Int((leave * Double(limit)).rounded(.up))) }

  /// Does something at random.
  mutating func step() {
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<25: advance(by: .milliseconds(Int.random(in: 0...20_000, using: &random)))
    case 25..<35: if ours.count + others.count < limit { others.append(now) }
    case 35..<55: answerOne()
    case 55..<70: endOne()
    default: if account.ask(at: now) == .go { begin() }
    }
  }

  mutating func advance(by time: Duration) {
    now += time
    ours.removeAll { $0 + window <= now }
    others.removeAll { $0 + window <= now }
  }

  mutating func begin() {
    #expect(now >= toldToWait, "a call in a stated wait")
    #expect(calls.count < ceiling, "\(calls.count + 1) calls at once, and \(ceiling) may be")
    account.begin(at: now)
    count += 1
    let used = ours.count + others.count
    if Int.random(in: 0..<20, using: &random) == 0 {
      calls.append(Call(response: answer(409, []), isRefused: true))
    } else if used >= limit {
      let oldest = (ours + others).min()! + window - now
      let wait = Int(oldest.components.seconds) + 1
      calls.append(Call(response: answer(409, [("X-RateLimit-ToWait-Sec", "\(wait)")]), isRefused: true))
    } else {
      ours.append(now)
      if tellsAll, hasToldLimit {
        #expect(ours.count <= budget, "\(ours.count) of \(limit) calls, and \(leave) is left to others")
      }
      let all = [
        ("X-RateLimit-Limit", "\(limit)"), ("X-RateLimit-Window-Sec", "\(window.components.seconds)"),
        ("X-RateLimit-Remaining", "\(limit - ours.count - others.count)"),
        ("X-ConcurrencyLimit-Limit", "\(concurrency)"), ("X-RateLimit-ToWait-Sec", "0"),
      ]
      let told = tellsAll ? all : all.filter { _ in Bool.random(using: &random) }
      calls.append(Call(response: answer(200, told), isRefused: false))
    }
  }

  private func answer(_ status: Int, _ headers: [(String, String)]) -> APIResponse {
    APIResponse(status: status, headers: headers.map { (name: $0, value: $1) }, body: NoBytes())
  }

  mutating func answerOne() {
    guard let index = calls.indices.filter({ !calls[$0].wasAnswered }).randomElement(using: &random) else { return }
    let response = calls[index].response
    calls[index].wasAnswered = true
    let headers = RateHeaders(response)
    account.answer(headers, status: response.status, at: now)
    if let wait = headers.toWait { toldToWait = max(toldToWait, now + .seconds(wait)) }
    if headers.limit != nil { hasToldLimit = true }
    if let told = headers.concurrencyLimit { ceiling = max(1, told - 1) }
    if calls[index].isRefused, headers.toWait == nil { account.fall() }
  }

  mutating func endOne() {
    guard let index = calls.indices.randomElement(using: &random) else { return }
    let call = calls.remove(at: index)
    let ending: ThrottleAccount.Ending = !call.wasAnswered ? .abandoned : call.isRefused ? .refused : .well
    account.end(ending, wasAnswered: call.wasAnswered, at: now)
  }

  /// Ends all calls, then does nothing but wait as told: a call must begin at last.
  mutating func converge() {
    while !calls.isEmpty {
      answerOne()
      endOne()
    }
    let beginning = now
    for _ in 0..<10 {
      switch account.ask(at: now) {
      case .go: return begin()
      case .until(let time, _):
        #expect(time > now)
        advance(by: time - now)
      case .whenOneEnds(let time):
        guard let time else { break }
        advance(by: time - now)
      }
    }
    Issue.record("no call begins after \(now - beginning), and the window is \(window)")
  }
}

@Suite struct ThrottleModelTests {
  @Test("never in a stated wait, never too many at once, what is left to others stays, and it always goes on")
  func full() {
    var count = 0
    for seed in 0..<500 as Range<UInt64> {
      var subscription = Subscription(seed: seed, tellsAll: true)
      for _ in 0..<400 { subscription.step() }
      subscription.converge()
      count += subscription.count
    }
    // The promises would be easy to keep without calls.
    #expect(count > 5_000)
  }

  @Test("the same where answers leave out what they please")
  func sparse() {
    for seed in 0..<500 as Range<UInt64> {
      var subscription = Subscription(seed: seed, tellsAll: false)
      for _ in 0..<400 { subscription.step() }
      subscription.converge()
    }
  }

  private static func headers(_ fields: (String, String)...) -> RateHeaders {
    RateHeaders(APIResponse(status: 200, headers: fields.map { (name: $0, value: $1) }, body: NoBytes()))
  }

  @Test("concurrency is one less than the limit, at least one, and one before an answer told", arguments: 1...12)
  func ceiling(limit: Int) {
    var account = ThrottleAccount(leave: 0, hold: .zero)
    #expect(account.concurrency == 1)
    account.begin(at: .zero)
    account.answer(Self.headers(("X-Concurrency-Limit-Limit", "\(limit)")), status: 200, at: .zero)
    #expect(account.concurrency == max(1, limit - 1))
  }

  @Test("each refusal for too many at once takes one off, ten good calls give one back, up to the ceiling")
  func fallAndRise() {
    var account = ThrottleAccount(leave: 0, hold: .zero)
    func call() {
      account.begin(at: .zero)
      account.answer(Self.headers(("X-Concurrency-Limit-Limit", "5")), status: 200, at: .zero)
      account.end(.well, wasAnswered: true, at: .zero)
    }
    call()
    var seen = [account.concurrency]
    for _ in 0..<5 {
      account.fall()
      seen.append(account.concurrency)
    }
    #expect(seen == [4, 3, 2, 1, 1, 1])
    seen = []
    for _ in 0..<40 {
      call()
      seen.append(account.concurrency)
    }
    #expect([8, 9, 18, 19, 28, 29, 39].map { seen[$0] } == [1, 2, 2, 3, 3, 4, 4])
  }

  @Test(
    "where no more is left than is for others, calls are spaced by the window divided by what is left, at least by one",
    arguments: [(0, 3600), (1, 3600), (20, 180), (25, 144), (26, nil)] as [(Int, Int?)]
  )
  func spacing(remaining: Int, seconds: Int?) {
    var account = ThrottleAccount(leave: 0.25, hold: .zero)
    account.begin(at: .zero)
    let told = [
      ("X-RateLimit-Limit", "100"), ("X-RateLimit-Window-Sec", "3600"), ("X-RateLimit-Remaining", "\(remaining)"),
    ].map { (name: $0, value: $1) }
    account.answer(
      RateHeaders(APIResponse(status: 200, headers: told, body: NoBytes())),
      status: 200,
      at: .seconds(1)
    )
    account.end(.well, wasAnswered: true, at: .seconds(1))
    guard case .until(let time, _) = account.ask(at: .seconds(2)) else {
      #expect(seconds == nil, "it goes at once")
      return
    }
    #expect(time == seconds.map { .seconds($0) })
    #expect(account.ask(at: time) == .go)
  }

  @Test("that none are left is no reason to wait once the stated wait of a refusal is over", arguments: [409, 429])
  func refused(status: Int) {
    var account = ThrottleAccount(leave: 0.25, hold: .zero)
    account.begin(at: .zero)
    let told = [
      ("X-RateLimit-Limit", "300"), ("X-RateLimit-Window-Sec", "3600"), ("X-RateLimit-Remaining", "0"),
      ("X-RateLimit-ToWait-Sec", "181"),
    ].map { (name: $0, value: $1) }
    let answer = APIResponse(status: status, headers: told, body: NoBytes())
    account.answer(RateHeaders(answer), status: status, at: .zero)
    account.end(.refused, wasAnswered: true, at: .zero)
    #expect(account.ask(at: .seconds(180)) == .until(.seconds(181), because: "Qualys says so"))
    #expect(account.ask(at: .seconds(181)) == .go)
  }
}
