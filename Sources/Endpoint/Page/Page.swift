package import Health
package import Service

/// The web page of a service: complete as it is served, and kept up to date by its script.
///
/// What changes stands in elements with `data-v`, a key that the script knows too; health in `data-health` of those with
/// `data-h`. A pipeline's key is its place in the list, `0`; a stream's `0.1`.
package enum Page {
  /// Events in the list of all; the script asks for as many.
  static let newestCount = 20

  /// The whole page.
  ///
  /// - Parameter events: The newest, the oldest of them first.
  package static func html(_ status: ServiceStatus, events: [ServiceEvent]) -> String {
    let worst = PageWords.worst(status)
    let page: HTML = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>\(PageWords.health(worst)) – Sluice</title>
      \(icon(worst))
      <link rel="stylesheet" href="/page.css">
      <script type="module" src="/page.js"></script>
      </head>
      <body>
      \(header(status, worst))
      <p id="silence" class="banner" role="alert" hidden></p>
      <noscript><p class="banner">Without JavaScript the numbers stand still, and there are no plots: load the page again \
      to see how things are then.</p></noscript>
      <main data-shape="\(shape(status))">
      \(status.pipelines.enumerated().map { pipeline($1, key: "\($0)", now: status.now) })
      \(newest(events.suffix(newestCount)))
      </main>
      \(dialog)
      <footer>
      <a href="/status">Status as JSON</a> <a href="/events">Events as JSON</a> <a href="/metrics">Metrics</a>
      </footer>
      </body>
      </html>

      """
    return page.text
  }

  private static func header(_ status: ServiceStatus, _ worst: ServiceStatus.Health) -> HTML {
    """
    <header>
    <h1>Sluice</h1>
    <p class="health" data-h="all" data-health="\(worst.rawValue)"><span class="mark"></span> \
    \(field("summary", PageWords.summary(status)))</p>
    <p class="quiet">version \(field("version", status.version)) · process \(field("process", String(status.process))) · \
    up \(field("up", (PageWords.duration(status.now - status.started), status.started))) · \
    memory \(field("memory", PageWords.bytes(status.memory))) · \
    as of \(field("now", PageWords.utc(status.now)))</p>
    </header>
    """
  }

  private static func pipeline(_ pipeline: ServiceStatus.Pipeline, key: String, now: Int) -> HTML {
    """
    <section>
    <h2><bdi>\(pipeline.name)</bdi> <small><bdi>\(pipeline.file)</bdi></small></h2>
    <p class="problem">\(field("\(key).problem", pipeline.problem ?? ""))</p>
    \(table(pipeline, key: key, now: now))
    \(pipeline.rates.isEmpty ? "" : rates(pipeline, key: key))
    \(pipeline.streams.enumerated().map { card($1, key: "\(key).\($0)", now: now) })
    </section>
    """
  }

  /// Asked before a restart; the token goes no further than the script's memory.
  private static let dialog: HTML = """
    <dialog id="restart" aria-labelledby="restart-title">
    <form method="dialog">
    <h2 id="restart-title">Restart <bdi id="restart-name"></bdi>?</h2>
    <p>It tries again at once, without waiting for its next try or round. A round that runs goes on.</p>
    <p id="restart-ask"><label for="restart-token">The service’s token</label>
    <input id="restart-token" type="password" autocomplete="off" spellcheck="false">
    <small>Kept until this page is closed or loaded again.</small></p>
    <p id="restart-refused" class="refused" role="alert"></p>
    <p class="buttons"><button type="button" id="restart-no">Cancel</button>
    <button type="submit" id="restart-yes" class="strong">Restart</button></p>
    </form>
    </dialog>
    """

  /// Health as a colour and a shape; the script chooses among the three.
  private static func icon(_ worst: ServiceStatus.Health) -> HTML {
    func drawn(_ shape: String) -> String {
      "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E\(shape)%3C/svg%3E"
    }
    let green = drawn("%3Ccircle cx='8' cy='8' r='7' fill='%231f9d5c'/%3E")
    let yellow = drawn("%3Cpath d='M8 1 16 15H0z' fill='%23e0a100'/%3E")
    let red = drawn("%3Crect x='1' y='1' width='14' height='14' fill='%23d4323a'/%3E")
    let shown =
      switch worst {
      case .green: green
      case .yellow: yellow
      case .red: red
      }
    return """
      <link rel="icon" id="icon" href="\(shown)" data-green="\(green)" data-yellow="\(yellow)" data-red="\(red)">
      """
  }

  /// All names, in order: when it changes, the script fetches the page's body anew.
  private static func shape(_ status: ServiceStatus) -> String {
    var names: [String] = []
    for pipeline in status.pipelines {
      names += [pipeline.name, pipeline.file] + pipeline.rates.map(\.api)
      for stream in pipeline.streams {
        names += [stream.name, stream.logType] + stream.stages.map(\.name)
        for output in stream.outputs {
          names += [output.name] + output.stages.map(\.name) + output.sinks.map(\.name)
        }
      }
    }
    return names.joined(separator: "|")
  }

  /// A text that the script keeps up to date.
  static func field(_ key: String, _ text: String) -> HTML { "<span data-v=\"\(key)\">\(text)</span>" }

  /// A text about a moment, which is told exactly in the title.
  static func field(_ key: String, _ moment: PageStreamWords.Moment) -> HTML {
    "<span data-v=\"\(key)\" title=\"\(moment.time.map(PageWords.utc) ?? "")\">\(moment.text)</span>"
  }
}
