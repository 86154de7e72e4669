import Records
import Stages
import Streaming
import TestSupport

/// Every stage that ships, in each of the ways that it can be used.
enum ShippedStages {
  static let all: [any Contract] =
    decoders + splitting + identifying + shaping(hosts) + shaping(detections) + encoding + guarding + ofAssets

  private static let hosts = SimulatedRecords.hosts
  private static let detections = SimulatedRecords.detections

  private static let decoders: [any Contract] = [
    DecoderContract(DecodeDetections(), on: SimulatedRecords.chunks(of: 4096))
  ]

  private static let splitting: [any Contract] = [StageContract("", SplitDetections(), on: hosts)]

  private static let identifying: [any Contract] = [
    StageContract("on detections", AddEventID<Detection>(platform: "US2"), on: detections)
  ]

  private static func shaping<R: LogRecord>(_ pages: [RecordedPage<R>]) -> [any Contract] {
    let records = R.portName
    // Options of our own: that they are right is what the tests of each stage show.
    guard
      let filter = try? Filter<R>(
        .of(Filter<R>.component, ["field": .text("DETECTION.SEVERITY"), "at-least": .text("4")])
      ),
      let negation = try? Filter<R>(
        .of(Filter<R>.component, ["not": .group(["field": .text("IP"), "matches": .text("[02468]$")])])
      ),
      let select = try? Select<R>(
        .of(Select<R>.component, ["keep": .texts("ID", "IP", "DETECTION"), "remove": .texts("DETECTION.RESULTS")])
      ),
      let rename = try? Rename<R>(
        .of(Rename<R>.component, ["IP": .text("Address"), "DETECTION.RESULTS": .text("Evidence")])
      ),
      let addFields = try? AddFields<R>(
        .of(AddFields<R>.component, ["Team": .text("secops"), "DETECTION.Source": .text("vmdr")])
      )
    else { return [] }
    return [
      StageContract("at-least on \(records)", filter, on: pages),
      StageContract("not on \(records)", negation, on: pages),
      StageContract("on \(records)", select, on: pages),
      StageContract("on \(records)", rename, on: pages),
      StageContract("on \(records)", addFields, on: pages),
    ]
  }

  private static let encoding: [any Contract] = LogFormat.Naming.allCases.flatMap { naming -> [any Contract] in
    [
      StageContract("\(naming) on hosts", EncodeJSON<Host>(naming: naming), on: hosts),
      StageContract("\(naming) on detections", EncodeJSON<Detection>(naming: naming), on: detections),
    ]
  }

  private static let guarding: [any Contract] = {
    let settings: [(String, KeyValuePairs<String, OptionValue>)] = [
      ("splitting", [:]),
      ("dropping", ["drop": .texts("TAGS", "DETECTION.QDS_FACTORS")]),
      ("shortening", ["shorten": .texts("DETECTION.RESULTS")]),
      ("refusing", ["split": .boolean(false)]),
    ]
    return settings.flatMap { name, options -> [any Contract] in
      guard let stage = try? GuardSize(.of(GuardSize.component, options)) else { return [] }
      return [
        StageContract("\(name) lines of detections", stage, on: SimulatedRecords.lines),
        StageContract("\(name) lines of hosts", stage, on: SimulatedRecords.hostLines),
      ]
    }
  }()
}
