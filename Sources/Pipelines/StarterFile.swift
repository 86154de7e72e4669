/// The file that `sluice new` writes.
package enum StarterFile {
  /// A commented pipeline of one stream that passes its check as it stands.
  package static func text(name: String) -> String {
    let name = PipelineName.made(from: name)
    return """
      # A pipeline: where records come from, what is done with them, and where they go.
      # 'sluice check' says whether it is right, 'sluice explain' what it will do, 'sluice list' what there is.
      name: \(name)

      # Whose names the logs have: sumo (as Sumo Logic's Qualys app reads them) or qualys (Qualys' own).
      names: sumo

      # Saved answers of the detections API, plain or gzip: files, patterns such as answers/*.xml, or "-" for standard
      # input. 'sluice run \(name) --input FILE' takes others instead.
      source:
        files: "-"

      # Each record goes through these stages, in this order.
      stages:
        - decode-detections   # XML in, hosts out
        - split-detections    # one record for each detection, with its host beside it
        # - filter: { field: DETECTION.SEVERITY, at-least: 3 }
        # - select: { remove: [TAGS, DETECTION.QDS_FACTORS] }
        # - add-fields: { Team: secops }
        - encode-json         # one line of JSON each
        # - guard-size: { limit: 64KiB, shorten: [DETECTION.RESULTS] }

      # Every record goes to every sink. A value that should not stand here is written ${NAME} and comes from the
      # environment, the file that NAME_FILE names, $CREDENTIALS_DIRECTORY or /run/secrets.
      sinks:
        - gzip-file:
            path: "\(name)-{n}.jsonl.gz"

      """
  }
}
