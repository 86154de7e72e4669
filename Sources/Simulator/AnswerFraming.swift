internal import NIOCore
internal import NIOHTTP1

/// How an answer stands on the wire: its head, its pieces, and how its end is told.
///
/// It writes HTTP/1.1 itself, since no library sends what is wrong.
enum AnswerFraming {
  case chunked
  /// A Content-Length, true or not.
  case length(Int)
  /// Neither: the body ends with the connection.
  case untilClose

  func head(_ head: AnswerHead, keepsConnection: Bool) -> ByteBuffer {
    var fields = head.headers
    switch self {
    case .chunked: break
    case .length(let count):
      fields.removeAll { $0.name == "Transfer-Encoding" }
      fields.append(NamedValue("Content-Length", "\(count)"))
    case .untilClose: fields.removeAll { $0.name == "Transfer-Encoding" }
    }
    if !keepsConnection {
      fields.removeAll { $0.name == "Keep-Alive" || $0.name == "Connection" }
      fields.append(NamedValue("Connection", "close"))
    }
    let reason = HTTPResponseStatus(statusCode: head.status).reasonPhrase
    var text = "HTTP/1.1 \(head.status) \(reason)\r\n"
    for field in fields { text += "\(field.name): \(field.value)\r\n" }
    return ByteBuffer(string: text + "\r\n")
  }

  /// A piece of the body, which is not empty.
  func piece(_ bytes: ArraySlice<UInt8>) -> ByteBuffer {
    guard case .chunked = self else { return ByteBuffer(bytes: bytes) }
    var buffer = ByteBufferAllocator().buffer(capacity: bytes.count + 16)
    buffer.writeString("\(String(bytes.count, radix: 16))\r\n")
    buffer.writeBytes(bytes)
    buffer.writeString("\r\n")
    return buffer
  }

  /// What stands behind the last piece.
  var end: ByteBuffer {
    if case .chunked = self { ByteBuffer(string: "0\r\n\r\n") } else { ByteBuffer() }
  }
}
