/// A unit for systemd 247 and later: the service sees its own folder, its pipeline files and its secrets, and no more.
struct SystemdUnit {
  private let deployment: Deployment

  init(_ deployment: Deployment) { self.deployment = deployment }

  var text: String { ([comment] + sections).joined(separator: "\n\n") }

  private var comment: String {
    let secrets = "\(Deployment.configuration)/secrets"
    var lines = [
      deployment.origin(.systemd),
      "",
      "  install -m 0755 .build/release/sluice /usr/local/bin/",
      "  install -d -m 0755 \(Deployment.configuration) && install -d -m 0700 \(secrets)",
    ]
    lines += deployment.pipelines.map { "  install -m 0644 \($0.path) \($0.place)" }
    lines += deployment.secrets.map { "  install -m 0600 /dev/stdin \(secrets)/\($0)   (then its value, and Ctrl-D)" }
    lines += [
      "  install -m 0644 sluice.service /etc/systemd/system/",
      "  systemctl daemon-reload && systemctl enable --now sluice",
      "",
      "State and outputs with relative paths are in \(Deployment.state). A changed pipeline file is taken up by",
      "'systemctl reload sluice'. Exit code 78 wants a person: systemd does not start it again.",
    ]
    lines +=
      deployment.folders.isEmpty
      ? []
      : ["The folders of ReadWritePaths= must exist and be writable for the group 'sluice' (addgroup --system sluice)."]
    lines +=
      deployment.files.isEmpty
      ? [] : ["Put these there as well, readable for all or for a group of its own: \(list(deployment.files))."]
    lines += deployment.servers.isEmpty ? [] : ["It connects to \(list(deployment.servers)), and looks up names."]
    lines += [
      "The page is at http://127.0.0.1:8090. To restart streams there give it a token of 16 characters or more, as one",
      "secret more: LoadCredential=SLUICE_TOKEN:\(secrets)/SLUICE_TOKEN, and '--token-file %d/SLUICE_TOKEN' behind 'serve'.",
      "",
      "Tested: 'systemd-analyze verify' and 'systemd-analyze security' (systemd 252).",
      "Not tested: the service under a running systemd.",
    ]
    return Comment.text(lines)
  }

  private func list(_ words: [String]) -> String { words.joined(separator: ", ") }

  private var sections: [String] {
    [
      """
      [Unit]
      Description=Sluice: Qualys VMDR data of \(deployment.title)
      Wants=network-online.target
      After=network-online.target
      """,
      (["[Service]"] + process + [""] + data + [""] + Self.hardening).joined(separator: "\n"),
      """
      [Install]
      WantedBy=multi-user.target
      """,
    ]
  }

  private var process: [String] {
    [
      "Type=notify",
      "ExecStart=/usr/local/bin/sluice \(deployment.arguments.joined(separator: " "))",
      "ExecReload=/bin/kill -HUP $MAINPID",
      "WatchdogSec=60",
      "TimeoutStopSec=\(Deployment.secondsToStop)",
      "Restart=on-failure",
      "RestartSec=10",
      "RestartPreventExitStatus=78",
    ]
  }

  private var data: [String] {
    var lines = [
      "DynamicUser=yes",
      "StateDirectory=sluice",
      "StateDirectoryMode=0700",
      "WorkingDirectory=%S/sluice",
      "# What is too long for memory waits on disk; /tmp may be memory.",
      "Environment=TMPDIR=%S/sluice",
    ]
    lines += deployment.secrets.map { "LoadCredential=\($0):\(Deployment.configuration)/secrets/\($0)" }
    if !deployment.folders.isEmpty {
      lines += ["SupplementaryGroups=sluice"] + deployment.folders.map { "ReadWritePaths=\($0)" }
    }
    return lines + ["MemoryMax=\(deployment.memory)M", "LimitCORE=0", "UMask=0077"]
  }

  private static let hardening = [
    "NoNewPrivileges=yes",
    "CapabilityBoundingSet=",
    "AmbientCapabilities=",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "ProtectProc=invisible",
    "ProcSubset=pid",
    "ProtectClock=yes",
    "ProtectControlGroups=yes",
    "ProtectHostname=yes",
    "ProtectKernelLogs=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelTunables=yes",
    "PrivateDevices=yes",
    "PrivateTmp=yes",
    "PrivateUsers=yes",
    "PrivateIPC=yes",
    "RemoveIPC=yes",
    "DevicePolicy=closed",
    "KeyringMode=private",
    "LockPersonality=yes",
    "MemoryDenyWriteExecute=yes",
    "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
    "RestrictNamespaces=yes",
    "RestrictRealtime=yes",
    "RestrictSUIDSGID=yes",
    "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service",
    "SystemCallFilter=~@privileged @resources",
    "SystemCallErrorNumber=EPERM",
  ]
}
