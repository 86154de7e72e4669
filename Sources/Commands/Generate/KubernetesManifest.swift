/// A manifest for Kubernetes: the pipeline files, and one instance with a volume of its own.
struct KubernetesManifest {
  private let deployment: Deployment

  init(_ deployment: Deployment) { self.deployment = deployment }

  var text: String { comment + "\n" + [configuration, Self.service, set].joined(separator: "\n---\n") }

  /// The file of the endpoint's token, beside the secrets of the pipelines.
  private static let token = "SLUICE_TOKEN"

  private var comment: String {
    let names = deployment.secrets.filter { $0 != Self.token } + [Self.token]
    var lines = [
      deployment.origin(.kubernetes),
      "",
      "  kubectl create secret generic sluice \\",
    ]
    lines += names.enumerated().map { index, name in
      "    --from-file=\(name)=secrets/\(name)" + (index < names.count - 1 ? " \\" : "")
    }
    lines += [
      "  kubectl apply --filename sluice.yaml",
      "",
      "\(Self.token) is a token of your choice, 16 characters or more: who asks the endpoint needs it. Put your image's",
      "name and the size of the volume in. A changed ConfigMap is taken up without a restart.",
    ]
    if !deployment.servers.isEmpty {
      lines.append("It connects to \(deployment.servers.joined(separator: ", ")), and looks up names.")
    }
    if !deployment.files.isEmpty {
      lines.append("Mount these as well: \(deployment.files.joined(separator: ", ")).")
    }
    lines += ["", "Tested: that it is YAML and holds the files byte for byte. Not tested: no cluster was at hand."]
    return Comment.text(lines)
  }

  private var configuration: String {
    let files = deployment.pipelines.map { "  \($0.fileName): \(YAMLText.block($0.text, indent: 2))" }
    return """
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: sluice
      data:
      \(files.joined(separator: "\n"))
      """
  }

  private static let service = """
    apiVersion: v1
    kind: Service
    metadata:
      name: sluice
    spec:
      clusterIP: None
      publishNotReadyAddresses: true  # a stream in trouble is to be seen
      selector: { app: sluice }
      ports: [{ name: http, port: 8090 }]
    """

  private var set: String {
    let token = "/run/secrets/\(Self.token)"
    let arguments = deployment.arguments + ["--listen", "0.0.0.0:8090", "--token-file", token]
    let mounts = [Deployment.state] + deployment.folders
    let volumes = mounts.map { "{ name: data, mountPath: \($0), subPath: \(Self.folder(of: $0)) }" }
    return """
      apiVersion: apps/v1
      kind: StatefulSet  # never two at once: a state has one owner
      metadata:
        name: sluice
      spec:
        serviceName: sluice
        replicas: 1
        selector:
          matchLabels: { app: sluice }
        template:
          metadata:
            labels: { app: sluice }
          spec:
            automountServiceAccountToken: false
            enableServiceLinks: false
            terminationGracePeriodSeconds: \(Deployment.secondsToStop)
            securityContext:
              runAsNonRoot: true
              runAsUser: \(Deployment.user)
              runAsGroup: \(Deployment.user)
              fsGroup: \(Deployment.user)
              seccompProfile: { type: RuntimeDefault }
            containers:
              - name: sluice
                image: sluice:\(Version.number)
                args: \(Self.words(["sluice"] + arguments))
                workingDir: \(Deployment.state)
                env:
                  - { name: STATE_DIRECTORY, value: \(Deployment.state) }
                  - { name: TMPDIR, value: \(Deployment.state) }
                ports: [{ name: http, containerPort: 8090 }]
                # These two are for everyone: no token.
                startupProbe: { httpGet: { path: /health/live, port: http }, failureThreshold: 30 }
                livenessProbe: { httpGet: { path: /health/live, port: http }, periodSeconds: 30, timeoutSeconds: 10 }
                readinessProbe: { httpGet: { path: /health/ready, port: http }, periodSeconds: 30, timeoutSeconds: 10 }
                securityContext:
                  allowPrivilegeEscalation: false
                  readOnlyRootFilesystem: true
                  capabilities: { drop: [ALL] }
                resources:
                  requests: { cpu: 100m, memory: \(deployment.memory / 2)Mi }
                  limits: { memory: \(deployment.memory)Mi }
                volumeMounts:
                  - { name: pipelines, mountPath: \(Deployment.configuration), readOnly: true }
                  - { name: secrets, mountPath: /run/secrets, readOnly: true }
      \(volumes.map { "            - \($0)" }.joined(separator: "\n"))
            volumes:
              - name: pipelines
                configMap: { name: sluice }
              - name: secrets
                secret: { secretName: sluice, defaultMode: 0400 }
        volumeClaimTemplates:
          - metadata:
              name: data
            spec:
              accessModes: [ReadWriteOnce]
              resources:
                requests: { storage: 20Gi }
      """
  }

  /// The part of the volume that a folder is.
  private static func folder(of path: String) -> String {
    path.split(separator: "/").map(String.init).joined(separator: "-")
  }

  private static func words(_ words: [String]) -> String {
    "[" + words.map { "\"\($0)\"" }.joined(separator: ", ") + "]"
  }
}
