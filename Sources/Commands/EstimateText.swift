internal import Foundation
internal import Pipelines

/// An estimate as a person reads it.
struct EstimateText: CustomStringConvertible {
  private let estimate: Estimate
  private let isReplay: Bool

  init(_ estimate: Estimate, isReplay: Bool) {
    self.estimate = estimate
    self.isReplay = isReplay
  }

  var description: String {
    let first = estimate.rounds.first?.number
    var sections = [
      section(
        isReplay ? "the first round, which is everything there is" : "these answers",
        estimate.rows.filter { $0.round == first }
      )
    ]
    let later = estimate.rows.filter { $0.round != first }
    if estimate.rounds.count > 1, estimate.span > 0 {
      let factor = 86_400 / Double(estimate.span)
      let count = estimate.rounds.count - 1
      let what = count == 1 ? "round \(estimate.rounds[1].number), what changed" : "\(count) later rounds, what changed"
      let title = "a day: \(what) in \(Self.hours(estimate.span)), times \(Self.decimals(factor, 2))"
      sections.append(section(title, later, times: factor))
    } else if isReplay {
      sections.append("This is one full round; what a day brings is seen in a replay of two rounds or more.")
    }
    sections.append(stages)
    sections.append(fields)
    return "\(estimate.pipeline)\n" + sections.joined(separator: "\n\n")
  }

  // MARK: - Logs

  private func section(_ title: String, _ rows: [Estimate.Row], times factor: Double = 1) -> String {
    struct Key: Hashable {
      var logType: String
      var from: String
    }
    var order: [Key] = []
    var sums: [Key: Estimate.Row] = [:]
    for row in rows {
      let key = Key(logType: row.logType, from: row.output.map { "\(row.stream)/\($0)" } ?? row.stream)
      guard let old = sums[key] else {
        order.append(key)
        sums[key] = row
        continue
      }
      sums[key]?.logs = old.logs + row.logs
      sums[key]?.bytes = old.bytes + row.bytes
      sums[key]?.compressed = old.compressed + row.compressed
      sums[key]?.largest = max(old.largest, row.largest)
    }
    func scaled(_ number: Int) -> Int { Int((Double(number) * factor).rounded()) }
    func cells(_ type: String, _ from: String, _ rows: [Estimate.Row]) -> [String] {
      let (logs, bytes) = (rows.reduce(0) { $0 + $1.logs }, rows.reduce(0) { $0 + $1.bytes })
      return [
        type, from, Figures.count(scaled(logs)), Figures.count(scaled(bytes)),
        Figures.count(logs == 0 ? 0 : bytes / logs), Figures.count(rows.map(\.largest).max() ?? 0),
        Figures.count(scaled(rows.reduce(0) { $0 + $1.compressed })),
      ]
    }
    var table = [["LogType", "stream", "logs", "bytes", "average", "largest", "gzip -6"]]
    for key in order { table.append(cells(key.logType, key.from, [sums[key]].compactMap(\.self))) }
    if order.count > 1 { table.append(cells("all", "", rows)) }
    if order.isEmpty { return "\(title)\n  nothing" }
    return "\(title)\n" + Self.aligned(table, left: 2)
  }

  // MARK: - Stages and fields

  private var stages: String {
    var table = [["stage", "stream", "records", "", "bytes before", "after", "saved"]]
    for stage in estimate.stages {
      let saved = stage.bytesBefore - stage.bytesAfter
      let share =
        stage.bytesBefore == 0 ? "" : " (\(Self.decimals(100 * Double(saved) / Double(stage.bytesBefore), 1)) %)"
      table.append([
        stage.stage, stage.output.map { "\(stage.stream)/\($0)" } ?? stage.stream,
        stage.readsAnswers ? "" : Figures.count(stage.recordsBefore),
        "-> \(Figures.count(stage.recordsAfter))",
        Figures.count(stage.bytesBefore), Figures.count(stage.bytesAfter),
        saved == 0 ? "-" : Figures.count(saved) + share,
      ])
    }
    return
      "what each stage saves, in bytes of records as plain JSON, all rounds (a decoder begins with the answers' bytes)\n"
      + Self.aligned(table, left: 2)
  }

  private var fields: String {
    let all = estimate.rows.reduce(0) { $0 + $1.bytes }
    var table = [["field", "LogType", "bytes", "of all"]]
    for field in estimate.fields.prefix(10) {
      let share = all == 0 ? "" : "\(Self.decimals(100 * Double(field.bytes) / Double(all), 1)) %"
      table.append([field.path, field.logType, Figures.count(field.bytes), share])
    }
    return "the ten heaviest fields, of all logs of all rounds\n" + Self.aligned(table, left: 2)
  }

  // MARK: - Figures

  /// Columns of one width each, the first `left` of them flush left.
  private static func aligned(_ table: [[String]], left: Int) -> String {
    let widths = (table.first ?? []).indices.map { column in table.map { $0[column].count }.max() ?? 0 }
    return table.map { row in
      let cells = row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return column < left ? cell + padding : padding + cell
      }
      let line = cells.joined(separator: "  ")
      return "  " + line.prefix(line.count - line.reversed().prefix { $0 == " " }.count)
    }
    .joined(separator: "\n")
  }

  private static func hours(_ seconds: Int) -> String {
    seconds % 3600 == 0 ? "\(seconds / 3600) h" : "\(decimals(Double(seconds) / 3600, 1)) h"
  }

  private static func decimals(_ number: Double, _ places: Int) -> String {
    String(format: "%.\(places)f", number)
  }
}
