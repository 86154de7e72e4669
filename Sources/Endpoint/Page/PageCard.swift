internal import Service

extension Page {
  /// A stream drawn as a graph, its throughput, and its sums.
  static func card(_ stream: ServiceStatus.Stream, key: String, now: Int) -> HTML {
    let words = PageStreamWords(stream: stream, now: now)
    let counts = stream.counts
    let sums: [(String, String, String)] = [
      ("Records in", "recordsIn", PageWords.number(counts.recordsIn)),
      ("Filtered", "filtered", PageWords.number(counts.filtered)),
      ("Dead letters", "deadLettered", PageWords.number(counts.deadLettered)),
      ("Bytes out", "bytesOut", PageWords.bytes(counts.bytesOut)),
      ("Repaired characters", "repaired", PageWords.number(counts.repairedCharacters)),
      ("Pages", "pages", PageWords.number(counts.pages)),
      ("Rounds", "rounds", PageWords.number(stream.rounds)),
      ("Retries", "retries", words.retries),
    ]
    return """
      <article id="stream-\(key)" data-h="\(key)" data-health="\(stream.health.rawValue)">
      <h3 title="\(stream.name)"><span class="mark"></span> <bdi>\(stream.name)</bdi> <small>since the service began</small></h3>
      <div class="card">
      \(graph(stream, key: key))
      \(plot(key, "Records per second", value: field("\(key).rate", words.throughput), top: ""))
      </div>
      <dl>\(sums.map { "<div><dt>\($0.0)</dt><dd>\(field("\(key).\($0.1)", $0.2))</dd></div>" as HTML })</dl>
      </article>
      """
  }

  /// What is left of each API's calls.
  static func rates(_ pipeline: ServiceStatus.Pipeline, key: String) -> HTML {
    """
    <h3>Calls that Qualys still allows</h3>
    <div class="rates">\(pipeline.rates.enumerated().map { rate($1, key: "\(key).r\($0)") })</div>
    """
  }

  private static func rate(_ rate: ServiceStatus.Rate, key: String) -> HTML {
    """
    <div>\(plot(key, rate.api, value: field("\(key).left", left(rate)), top: PageWords.number(rate.limit)))\
    <small>\(field("\(key).terms", terms(rate)))</small></div>
    """
  }

  private static func left(_ rate: ServiceStatus.Rate) -> String {
    "\(PageWords.number(rate.left)) of \(PageWords.number(rate.limit)) left"
  }

  private static func terms(_ rate: ServiceStatus.Rate) -> String {
    "per \(PageWords.duration(rate.window)), \(PageWords.number(rate.concurrency)) at once"
  }

  /// A plot of the last ten minutes, empty until the script has seen some of them.
  ///
  /// Its curve has coordinates of its own: seconds from 0 to 600, and hundredths of the axis.
  private static func plot(_ key: String, _ title: String, value: HTML, top: String) -> HTML {
    """
    <figure data-plot="\(key)"><figcaption><bdi>\(title)</bdi> <b>\(value)</b></figcaption>
    <svg viewBox="0 -4 330 116" role="img" aria-label="\(title), the last 10 minutes">
    <path class="grid" d="M44 10H326M44 48H326M44 86H326"/>
    <text x="44" y="6" class="top">\(top)</text><text x="38" y="90" text-anchor="end">0</text>
    <text x="44" y="105">−10 min</text><text x="185" y="105" text-anchor="middle">−5 min</text>
    <text x="326" y="105" text-anchor="end">now</text>
    <svg x="44" y="10" width="282" height="76" viewBox="0 0 600 100" preserveAspectRatio="none">
    <polygon points=""/><polyline points="" vector-effect="non-scaling-stroke"/></svg>
    </svg></figure>
    """
  }
}
