internal import Sinks
internal import SystemPackage

/// An HTTP server that writes down what it gets, before it says so: `KEY` and a line for each record.
struct Receiver: HTTPSending {
  let disk: any Disk
  let path: FilePath
  let steps: Steps

  func post(_ request: HTTPPost) async throws -> HTTPAnswer {
    let key = request.headers.first { $0.name == "Idempotency-Key" }?.value ?? ""
    let lines = request.body.split(separator: UInt8(ascii: "\n")).map {
      "\(key) \(String(decoding: $0, as: UTF8.self))\n"
    }
    let text = Array(lines.joined().utf8)
    try steps.take {
      let file = try disk.append(to: path)
      try unsafe text.withUnsafeBytes { try unsafe file.write($0) }
      try file.synchronize()
      try disk.synchronize(folder: path.removingLastComponent())
      try file.close()
    }
    return HTTPAnswer(status: 200)
  }

  func shutDown() async {}
}
