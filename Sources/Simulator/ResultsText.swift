/// The text of one RESULTS element, of an exact size, written piece by piece.
struct ResultsText: Sendable {
  /// What the text looks like.
  enum Kind: Sendable {
    /// A table with tabs between its columns and blank lines between its parts.
    case packages
    /// An answer of a web server, in which HTML entities stand literally.
    case http
    /// Keys of a registry and paths of files, with backslashes and quotes.
    case registry
    /// Sentences.
    case plain
    /// Sentences in other languages.
    case international

    static let ofLocalChecks: [Kind] = [
      .packages, .packages, .packages, .packages, .registry, .registry, .registry, .plain, .plain, .international,
    ]
    static let ofRemoteChecks: [Kind] = [.http, .http, .http, .plain, .plain, .packages, .international]
  }

  /// How many bytes are still to be written.
  private(set) var remaining: Int

  private let kind: Kind
  private var generator: SeededGenerator
  private var line = 0

  private static let pieceSize = 16 * 1024

  init(kind: Kind, size: Int, generator: SeededGenerator) {
    self.kind = kind
    self.remaining = size
    self.generator = generator
  }

  /// Writes the next bytes, about 16 KiB at most.
  mutating func writePiece(to writer: inout AnswerWriter) {
    let start = writer.count
    let size = min(remaining, Self.pieceSize)
    while writer.count - start < size {
      writeLine(to: &writer)
      line += 1
    }
    writer.cut(to: start + remaining)
    remaining -= writer.count - start
  }

  private mutating func writeLine(to writer: inout AnswerWriter) {
    switch kind {
    case .packages: writePackage(to: &writer)
    case .http: writeHeader(to: &writer)
    case .registry: writeRegistryValue(to: &writer)
    case .plain: writeSentence(of: Self.sentences, to: &writer)
    case .international: writeSentence(of: Self.internationalSentences, to: &writer)
    }
  }
}

// MARK: - Package tables

extension ResultsText {
  private mutating func writePackage(to writer: inout AnswerWriter) {
    if line % 12 == 0 {
      if line > 0 { writer.append("\n\n") }
      writer.append("Package\tInstalled Version\tRequired Version\n")
    }
    writer.append(generator.pick(Self.packageNames))
    writer.append("\t")
    let (major, minor, patch) = (generator.below(9) + 1, generator.below(20), generator.below(30))
    writeVersion(major, minor, patch, to: &writer)
    writer.append("\t")
    writeVersion(major, minor, patch + 1 + generator.below(9), to: &writer)
    writer.append("\n")
  }

  private mutating func writeVersion(_ major: Int, _ minor: Int, _ patch: Int, to writer: inout AnswerWriter) {
    writer.append(major)
    writer.append(".")
    writer.append(minor)
    writer.append(".")
    writer.append(patch)
    writer.append("-")
    writer.append(generator.below(400))
    writer.append(".el9")
  }

  private static let packageNames: [StaticString] = [
    "openssl-libs", "kernel-core", "kernel-modules", "kernel-headers", "bash", "curl", "libxml-common", "glib-runtime",
    "python3-libs", "sudo", "zlib", "sqlite-libs", "expat", "systemd-udev", "perl-interpreter", "vim-minimal",
    "bind-utils", "cups-client", "package", "package-devel",
  ]
}

// MARK: - Answers of web servers

extension ResultsText {
  private mutating func writeHeader(to writer: inout AnswerWriter) {
    if line % 14 == 0 {
      if line > 0 { writer.append("\n\n") }
      writer.append("A recommended response header is missing.\n\nGET /")
      writer.append(hexadecimal: generator.next(), digits: 6)
      writer.append(" HTTP/1.0\nHost: service.example.internal\n\n\nHTTP/1.1 200 OK\n")
    }
    switch generator.below(6) {
    case 0:
      writer.append("Report-To: {&quot;group&quot;:&quot;default&quot;,&quot;max_age&quot;:")
      writer.append(generator.below(1_000_000))
      writer.append(",&quot;endpoints&quot;:[{&quot;url&quot;:&quot;https:\\/\\/report.example\\/&quot;}]}\n")
    case 1:
      writer.append(";; -&gt;&gt;QUESTION&lt;&lt;- number ")
      writer.append(generator.below(65_536))
      writer.append(", answers: 1 &amp; more\n")
    case 2:
      writer.append("Set-Cookie: session=")
      writer.append(hexadecimal: generator.next(), digits: 16)
      writer.append(hexadecimal: generator.next(), digits: 16)
      writer.append("; path=/; HttpOnly\n")
    case 3:
      writer.append("ETag: &quot;")
      writer.append(hexadecimal: generator.next(), digits: 12)
      writer.append("&quot;\n")
    case 4:
      writer.append("Content-Length: ")
      writer.append(generator.below(100_000))
      writer.append("\n")
    default:
      writer.append(generator.pick(Self.headers))
    }
  }

  private static let headers: [StaticString] = [
    "Content-Type: text/html; charset=utf-8\n", "Cache-Control: no-store, max-age=0\n", "Connection: close\n",
    "X-Frame-Options: &apos;DENY&apos;\n", "Server: example-httpd\n", "Vary: Accept-Encoding\n",
    "<html><head><title>It works & runs</title></head></html>\n",
  ]
}

// MARK: - Registries

extension ResultsText {
  private mutating func writeRegistryValue(to writer: inout AnswerWriter) {
    switch generator.below(3) {
    case 0:
      writer.append("HKLM\\SOFTWARE\\Example\\")
      writer.append(generator.pick(Self.components))
      writer.append("\\{")
      writer.append(hexadecimal: generator.next(), digits: 8)
      writer.append("-")
      writer.append(hexadecimal: generator.next(), digits: 4)
      writer.append("} \"InstallPath\" = \"C:\\Program Files (x86)\\Example\\")
      writer.append(generator.pick(Self.components))
      writer.append("\\\"\n")
    case 1:
      writer.append("%windir%\\system32\\")
      writer.append(generator.pick(Self.components))
      writer.append(".dll file version is 10.0.")
      writer.append(generator.below(30_000))
      writer.append(".")
      writer.append(generator.below(5_000))
      writer.append("\n")
    default:
      writer.append("HKLM\\System\\CurrentControlSet\\Services\\")
      writer.append(generator.pick(Self.components))
      writer.append(" \"Start\" = \"")
      writer.append(generator.below(5))
      writer.append("\" is 'not set' as advised\n")
    }
  }

  private static let components: [StaticString] = [
    "Agent", "Viewer", "Updater", "Runtime", "PrintHelper", "Spooler", "RemoteShell", "netcore", "imaging",
  ]
}

// MARK: - Sentences

extension ResultsText {
  private mutating func writeSentence(of sentences: [StaticString], to writer: inout AnswerWriter) {
    writer.append(generator.pick(sentences))
    writer.append(generator.below(10_000))
    writer.append(generator.chance(percent: 30) ? ".\n" : ". ")
  }

  private static let sentences: [StaticString] = [
    "The service answered a request that it should have refused, with code ",
    "The account was last used by a process with the number ",
    "A certificate in the chain ends before its issuer does, by seconds: ",
    "The file is writable for everyone; its size in bytes is ",
    "Key exchange with a weak group was accepted, in round ",
    "Time stamps are given away; the uptime in hours is ",
    "Reading the configuration took longer than allowed, milliseconds: ",
  ]

  private static let internationalSentences: [StaticString] = [
    "Der Dienst läßt sich ohne Paßwort öffnen, Zähler ",
    "設定ファイルが見つかりません。番号 ",
    "共有フォルダー「経理部」は誰でも読めます 📂 件数 ",
    "Le répertoire « données » est accessible à tous, numéro ",
    "Доступ без пароля разрешён, попытка ",
    "Größe der Datei „Übersicht.txt“ in Bytes: ",
  ]
}
