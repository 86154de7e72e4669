package import Records
package import Streaming

/// Makes one record of each detection, with its host's fields beside it.
package struct SplitDetections: Stage {
  package static let component = Component(
    "split-detections",
    summary: "Makes one record of each detection, with its host's fields beside it.",
    discussion: "Copies no text: a detection is two ranges of the memory that its host was read into.",
    example: "- split-detections"
  )

  package init(_ options: Options) throws(OptionError) {}

  /// Creates the stage without a pipeline file.
  package init() {}

  package mutating func process(_ batch: Batch<Host>, into output: inout Outlet<Detection>) throws {
    output.reserve(batch.records.reduce(0) { $0 + $1.detectionCount })
    for host in batch.records {
      let fields = host.fields
      if host.detectionCount == 0 {
        output.drop(because: "host without detections")
      } else {
        output.create(host.detectionCount - 1)
      }
      fields.forEachDetection { range in
        output.append(Detection(fields.keepingInner(range)))
      }
    }
  }
}
