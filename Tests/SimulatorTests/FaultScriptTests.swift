import Simulator
import Testing

/// A fault script says where it is wrong.
@Suite struct FaultScriptTests {
  @Test("All that the help text shows is a script")
  func grammar() throws {
    let lines = FaultScript.grammar.split(separator: "\n")
    #expect(lines.count >= 12)
    for line in lines { #expect(try FaultScript(String(line)) != FaultScript(), "\(line)") }
    #expect(try FaultScript(" \n# nothing\r\n ; ") == FaultScript())
  }

  @Test(
    arguments: [
      ("detection 1: html", 1, 1, "there is no API 'detection'"), ("\n\n  hosts x: html", 3, 9, "'x' is no call"),
      ("assets 0: html", 1, 8, "'0' is no call"), ("assets 3-2: html", 1, 8, "'3-2' is no call"),
      ("assets 1 html", 1, 10, "':' follows the calls"), ("assets 1: htlm", 1, 11, "there is no fault 'htlm'"),
      ("assets 1:", 1, 10, "there is no fault ''"), ("assets 1: html; assets 2: status", 1, 33, "'' is not a status"),
      ("assets 1: status 99", 1, 18, "'99' is not a status"),
      ("assets 1: cut x", 1, 15, "'x' is not a number of bytes"),
      ("assets 1: stall 5", 1, 17, "'5' is not a time"), ("assets 1: drip 5", 1, 16, "'5' is not a rate"),
      ("assets 1: html 5", 1, 16, "'5' follows the fault"),
      ("assets 1: xxe laughs", 1, 11, "only 'detections', 'knowledge-base', 'hosts' can have 'xxe'"),
      ("hosts 1: xxe tears", 1, 14, "there are internal, laughs"), ("hosts 1: length x", 1, 17, "such as +10 or -10"),
      ("hosts 1: status 409 wait=x", 1, 26, "'x' is not a number of seconds"),
      ("hosts 1: status 409 headers=odd", 1, 29, "there are blank, negative"),
      ("hosts 1: status 409 1960 7", 1, 26, "'7' is not a code, nor name=value"),
      ("hosts 1: redirect 200 x", 1, 19, "'200' is not a status of redirections"),
      ("hosts 1: redirect 301", 1, 22, "takes a status and an address"), ("hosts 1: refuse 5", 1, 17, "not a time"),
      ("hosts 1: deep 0", 1, 15, "a number from 1"), ("assets 1: next-id 5", 1, 11, "only 'detections'"),
      ("detections 1: missing-has-more", 1, 15, "only 'assets'"),
    ] as [(String, Int, Int, String)]
  )
  func errors(script: String, line: Int, column: Int, message: String) throws {
    let error = try #require(throws: FaultScriptError.self) { try FaultScript(script) }
    #expect((error.line, error.column) == (line, column), "\(error)")
    #expect(error.message.contains(message), "\(error)")
    #expect(error.description.hasPrefix("\(line):\(column): error: "))
  }
}
