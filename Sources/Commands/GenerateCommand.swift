internal import ArgumentParser
internal import Pipelines

struct GenerateCommand: ParsableCommand {
  enum Kind: String, CaseIterable, ExpressibleByArgument {
    case systemd, docker, kubernetes, alerts, dashboard
  }

  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Writes what stands around a service, fitted to its pipeline files, to standard output.",
    discussion: """
      systemd      a hardened unit that hands over every secret the files want
      docker       a Dockerfile in two stages, for a user without rights
      kubernetes   ConfigMap, Service and StatefulSet; secrets are referred to, never written
      alerts       Prometheus rules, with limits of each stream's own 'every'
      dashboard    a dashboard for Grafana, with a panel for every metric

      Each begins with how to use it, what of it was tested and what was not. Nothing outside is looked at: neither \
      secrets nor folders.

        sluice generate systemd detections assets > sluice.service
        sluice generate alerts detections > sluice-rules.yaml
      """
  )

  @Argument(help: "systemd, docker, kubernetes, alerts or dashboard.")
  var kind: Kind

  @Argument(help: ArgumentHelp("Pipeline files, or the names of some in the folder Pipelines.", valueName: "pipeline"))
  var pipelines: [String]

  func run() throws {
    let deployment = try Deployment(pipelines)
    for note in deployment.notes { say(note) }
    switch kind {
    case .systemd: print(SystemdUnit(deployment).text)
    case .docker: print(Dockerfile(deployment).text)
    case .kubernetes: print(KubernetesManifest(deployment).text)
    case .alerts: print(AlertRules(deployment).text)
    case .dashboard: print(try Dashboard(deployment).text())
    }
  }
}
