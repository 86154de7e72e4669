/// The parts of Grafana's dashboard model (schema 39, Grafana 10 and later) that ours needs.
struct GrafanaDashboard: Encodable {
  struct Source: Encodable {
    var type = "prometheus"
    var uid = "${source}"
  }

  struct Templating: Encodable { var list: [Variable] = [] }

  struct Time: Encodable {
    var from = "now-24h"
    var to = "now"
  }

  struct Variable: Encodable {
    var name: String
    var label: String
    var type: String
    var query: String
    var datasource: Source?
    var includeAll: Bool?
    var multi: Bool?
    var refresh: Int?

    static let dataSource = Variable(name: "source", label: "Source", type: "datasource", query: "prometheus")

    /// The values of a label; all are chosen at first.
    static func labels(_ name: String, of metric: String) -> Variable {
      Variable(
        name: name,
        label: name.prefix(1).uppercased() + name.dropFirst(),
        type: "query",
        query: "label_values(\(metric), \(name))",
        datasource: Source(),
        includeAll: true,
        multi: true,
        // When the time range changes.
        refresh: 2
      )
    }
  }

  struct Panel: Encodable {
    struct Position: Encodable { var x, y, w, h: Int }
    struct Defaults: Encodable {
      var unit: String
      var min = 0
    }
    struct Fields: Encodable { var defaults: Defaults }
    struct Target: Encodable {
      var refId: String
      var expr: String
      var legendFormat: String
      var datasource = Source()
    }

    static let height = 8

    var id: Int
    var title: String
    var type: String
    var gridPos: Position
    var datasource = Source()
    var fieldConfig: Fields
    var targets: [Target]

    init(_ panel: Dashboard.Panel, id: Int, x: Int, y: Int) {
      self.id = id
      title = panel.title
      type = panel.isNumber ? "stat" : "timeseries"
      gridPos = Position(x: x, y: y, w: panel.width, h: Self.height)
      fieldConfig = Fields(defaults: Defaults(unit: panel.unit))
      targets = zip(["A", "B", "C"], panel.lines).map { letter, line in
        Target(refId: letter, expr: line.expression, legendFormat: line.legend)
      }
    }
  }

  /// Columns of Grafana's grid.
  static let width = 24

  var title: String
  var uid: String
  var description: String
  var schemaVersion = 39
  var tags = ["sluice"]
  var refresh = "30s"
  var time = Time()
  var templating = Templating()
  var panels: [Panel] = []

  init(title: String, uid: String, description: String) {
    self.title = title
    self.uid = uid
    self.description = description
  }
}
