package import Records
package import Streaming

/// Writes each record as one line of JSON.
package struct EncodeJSON<Input: LogRecord>: Stage {
  package static var component: Component {
    Component(
      "encode-json",
      summary: "Writes each record as one line of JSON, with LogType first and Timestamp second.",
      discussion: """
        With `names: sumo` a log has the names and the shape that Sumo Logic's source and its Qualys app use; with \
        `names: qualys` the elements' own names, with @name and #text for attributes. All values are strings, exactly \
        as Qualys sent them. Elements that can repeat are always arrays.
        Assets are JSON already: their names and values stay as they came, with either naming.
        """,
      form: .options([
        Option(
          "names",
          .choice(LogFormat.Naming.allCases.map(\.rawValue)),
          default: "sumo",
          "Whose names are written; usually set once for the whole pipeline."
        ),
        Option(
          "timestamp",
          .field,
          """
          The field that becomes Timestamp; for detections DETECTION.LAST_PROCESSED_DATETIME, for KnowledgeBase entries \
          LAST_SERVICE_MODIFICATION_DATETIME, else the server's time; for assets lastModifiedDate, else \
          sensorLastUpdatedDate, else none.
          """
        ),
      ]),
      principal: "names",
      example: "- encode-json: { names: qualys }"
    )
  }

  private let format: LogFormat
  /// What the largest batch's lines took: room for the next.
  private var room = 64 * 1024

  package init(_ options: Options) throws(OptionError) {
    self.init(
      naming: options.text("names").flatMap(LogFormat.Naming.init) ?? .sumo,
      timestamp: options.text("timestamp").flatMap(FieldPath.init)
    )
  }

  /// Creates the stage without a pipeline file.
  package init(naming: LogFormat.Naming = .sumo, timestamp: FieldPath? = nil) {
    format = LogFormat(of: Input.self, naming: naming, timestamp: timestamp)
  }

  @specialized(where Input == Detection)
  package mutating func process(_ batch: Batch<Input>, into output: inout Outlet<Line>) throws {
    var encoder = LogEncoder(format, capacity: room)
    var places: [LogEncoder.Place] = []
    places.reserveCapacity(batch.records.count)
    for index in batch.records.indices { places.append(try encoder.encode(batch.records[index].fields)) }
    let buffer = LineBuffer(encoder.finish())
    room = max(room, buffer.count + buffer.count / 8)
    output.reserve(places.count)
    for index in places.indices {
      let place = places[index]
      let fields = batch.records[index].fields
      if let file = place.file {
        output.append(Line(place.range, of: file, fields: fields, format: format, mark: fields.mark))
      } else {
        output.append(Line(place.range, of: buffer, fields: fields, format: format, mark: fields.mark))
      }
    }
  }
}
