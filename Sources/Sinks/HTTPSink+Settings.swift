package import Streaming

extension HTTPSink {
  /// What is sent where, and how patiently.
  package struct Settings: Sendable {
    package var address: HTTPAddress
    package var headers: [(name: String, value: String)] = []
    /// Bytes of a request before compression.
    package var batchBytes = 1_000_000
    /// Records of a request.
    package var records = 10_000
    /// A gzip level; 0 for bodies that are not compressed.
    package var level = 6
    /// Requests at once.
    package var connections = 1
    /// How long one try may take.
    package var timeout = Duration.seconds(60)
    /// How long one request is tried.
    package var giveUpAfter = Duration.seconds(600)

    package init(url: String) throws(OptionError) { address = try HTTPAddress(url) }

    /// Reads checked options.
    package init(_ options: Options) throws(OptionError) {
      try self.init(url: options.text("url") ?? "")
      for (name, value) in options.pairs("headers") ?? [] { try add(name, value) }
      batchBytes = options.integer("batch") ?? batchBytes
      records = options.integer("records") ?? records
      level = options.integer("gzip") ?? level
      connections = options.integer("connections") ?? connections
      timeout = options.integer("timeout").map { .seconds($0) } ?? timeout
      giveUpAfter = options.integer("give-up-after").map { .seconds($0) } ?? giveUpAfter
    }

    /// Headers that a request has whatever the user says.
    private static let own: Set<String> = [
      "connection", "content-encoding", "content-length", "expect", "host", "idempotency-key", "te", "trailer",
      "transfer-encoding", "upgrade",
    ]

    private mutating func add(_ name: String, _ value: String) throws(OptionError) {
      let option = "headers.\(name)"
      let isToken =
        !name.isEmpty
        && name.utf8.allSatisfy { byte in
          switch byte {
          case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
          case UInt8(ascii: "0")...UInt8(ascii: "9"): true
          default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
          }
        }
      guard isToken else { throw OptionError(option, "'\(name)' cannot be the name of a header") }
      guard !Self.own.contains(name.lowercased()) else {
        throw OptionError(option, "the header '\(name)' is set by 'http' itself")
      }
      guard !headers.contains(where: { $0.name.lowercased() == name.lowercased() }) else {
        throw OptionError(option, "the header '\(name)' is there twice")
      }
      guard value.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
        throw OptionError(
          option,
          "the value of the header '\(name)' holds a control character",
          help: "a newline at the end of a secret's file is taken off, others are not"
        )
      }
      headers.append((name, value))
    }

    /// Texts that nobody is to read in an error.
    var secrets: [String] { address.secrets + headers.map(\.value).filter { $0.count > 5 } }
  }

  /// Why sending ended; nothing of the page at hand is acknowledged.
  package struct Failure: Error, CustomStringConvertible {
    package enum Kind: Sendable {
      /// A person must change something.
      case configuration
      /// The server may be there another time.
      case unavailable
    }
    package let kind: Kind
    package let description: String
    /// How long the server asks to be left alone.
    package var retryAfter: Duration?
  }
}
