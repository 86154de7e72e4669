extension Plan {
  /// The pipeline drawn in Mermaid's words: every source, stage and sink, and what flows between them.
  package var graph: String {
    var lines = ["flowchart LR"]
    for (number, stream) in streams.enumerated() {
      lines.append("  subgraph \(stream.name)")
      let steps = [stream.source] + stream.stages
      for (index, step) in steps.enumerated() {
        let shape = index == 0 ? ("([", "])") : ("[", "]")
        lines.append("    s\(number)n\(index)\(shape.0)\(step.name)\(shape.1)")
      }
      for (index, port) in stream.ports.enumerated() where index + 1 < steps.count {
        lines.append("    s\(number)n\(index) -->|\(port.name)| s\(number)n\(index + 1)")
      }
      for (index, output) in stream.outputs.enumerated() {
        let branch = stream.isBranched ? "s\(number)b\(index)" : "s\(number)"
        var giver = "s\(number)n\(steps.count - 1)"
        var port = stream.ports[stream.ports.count - 1].name
        for (index, stage) in output.stages.enumerated() {
          lines.append("    \(branch)n\(index)[\(stage.name)]")
          lines.append("    \(giver) -->|\(port)| \(branch)n\(index)")
          giver = "\(branch)n\(index)"
          port = output.ports[index].name
        }
        for (index, sink) in output.sinks.enumerated() {
          lines.append("    \(branch)o\(index)[(\(sink.name))]")
          lines.append("    \(giver) -->|\(port)| \(branch)o\(index)")
        }
      }
      lines.append("  end")
      if let predecessor = stream.predecessor, let other = streams.firstIndex(where: { $0.name == predecessor }) {
        lines.append("  \(streams[other].name) -.->|when committed| \(stream.name)")
      }
    }
    return lines.joined(separator: "\n")
  }
}
