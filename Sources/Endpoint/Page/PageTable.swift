internal import Service

extension Page {
  private static let columns = [
    "Stream", "Health", "State", "Troubles", "Last round", "Next round", "Behind by", "Records out", "Records/s",
  ]

  /// A pipeline's streams, one row each; what is wrong, and the stream's events, in rows beneath it.
  static func table(_ pipeline: ServiceStatus.Pipeline, key: String, now: Int) -> HTML {
    """
    <table class="streams">
    <thead><tr>\(columns.map { "<th scope=\"col\">\($0)</th>" as HTML })<td></td></tr></thead>
    \(pipeline.streams.enumerated().map { rows(PageStreamWords(stream: $1, now: now), key: "\(key).\($0)") })
    </table>
    """
  }

  private static func rows(_ words: PageStreamWords, key: String) -> HTML {
    let stream = words.stream
    let health = stream.health
    return """
      <tbody data-h="\(key)" data-health="\(health.rawValue)">
      <tr class="stream">
      <th scope="row"><a href="#stream-\(key)" class="name" title="\(stream.name)"><bdi>\(stream.name)</bdi></a>
      <small>\(stream.logType) \(field("\(key).interval", words.interval))</small></th>
      <td data-label="Health"><span class="health" data-h="\(key)" data-health="\(health.rawValue)">\
      <span class="mark"></span> \(field("\(key).health", PageWords.health(health)))</span></td>
      <td data-label="State">\(field("\(key).state", stream.state.rawValue)) \
      <small>\(field("\(key).since", words.state))</small></td>
      <td data-label="Troubles"><span class="still">\(field("\(key).troubles", words.troubles))</span>\
      <button type="button" class="events" data-stream="\(key)" aria-expanded="false" aria-controls="events-\(key)">\
      \(field("\(key).troubles", words.troubles))<span class="unseen">: events of \(stream.name)</span></button></td>
      <td data-label="Last round">\(field("\(key).last", words.last)) \
      <small>\(field("\(key).lastSize", words.lastSize))</small></td>
      <td data-label="Next round">\(field("\(key).next", words.next)) \
      <small>\(field("\(key).roundSize", words.roundSize))</small></td>
      <td data-label="Behind by" class="number">\(field("\(key).behind", words.behind))</td>
      <td data-label="Records out" class="number">\
      \(field("\(key).recordsOut", PageWords.number(stream.counts.recordsOut)))</td>
      <td data-label="Records/s" class="number">\(field("\(key).rate", words.throughput))</td>
      <td class="action"><button type="button" class="restart" data-stream="\(key)">Restart\
      <span class="unseen"> \(stream.name)</span></button></td>
      </tr>
      <tr class="said"><td colspan="\(columns.count + 1)">\
      <p class="message">\(field("\(key).message", words.message))</p>\
      <p>\(field("\(key).again", words.again))</p>\
      <p>\(field("\(key).waiting", words.waiting))</p>\
      <p class="result" role="status" data-result="\(key)"></p></td></tr>
      <tr class="panel" id="events-\(key)" hidden><td colspan="\(columns.count + 1)">\
      \(eventTable([]))</td></tr>
      </tbody>
      """
  }
}
