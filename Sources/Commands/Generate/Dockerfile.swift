/// A Dockerfile: the compiler stays in the first stage, the second has the program, three libraries, and no rights.
struct Dockerfile {
  private let deployment: Deployment

  init(_ deployment: Deployment) { self.deployment = deployment }

  var text: String { [comment, Self.build, image].joined(separator: "\n\n") }

  private var comment: String {
    let outside = deployment.folders.map { " \\\n  --volume \($0):\($0)" }.joined()
    let run = """
        docker build --tag sluice .
        docker run --name sluice --detach --read-only --cap-drop ALL --security-opt no-new-privileges \\
          --memory \(deployment.memory)m --ulimit core=0 --stop-timeout \(Deployment.secondsToStop) \\
          --volume sluice:\(Deployment.state) --volume ./secrets:/run/secrets:ro\(outside) sluice
      """
    var lines = [deployment.origin(.docker), "Keep it as Dockerfile in the project's folder.", ""]
    lines += run.split(separator: "\n").map(String.init)
    lines.append("")
    if !deployment.secrets.isEmpty {
      lines += [
        "The folder secrets has a file for each of \(deployment.secrets.joined(separator: ", ")):",
        "in it the value, and nothing else; readable for user \(Deployment.user) alone.",
      ]
    }
    if !deployment.servers.isEmpty { lines.append("It connects to \(deployment.servers.joined(separator: ", ")).") }
    if !deployment.files.isEmpty {
      lines.append("Copy these into it as well: \(deployment.files.joined(separator: ", ")).")
    }
    lines += [
      "The page is inside: to see it, put a token of 16 characters or more into secrets/SLUICE_TOKEN, add",
      "'--listen 0.0.0.0:8090 --token-file /run/secrets/SLUICE_TOKEN' to CMD, and '--publish 127.0.0.1:8090:8090' above.",
      "A .dockerignore should have: .build, .swiftpm, secrets, out, demo-output, dead-letters. Not .git: the program says",
      "which commit it is.",
      "",
      "Tested: its instructions by a small check of our own. Not tested: no Docker was at hand to build or run it.",
    ]
    return Comment.text(lines)
  }

  private static let build = """
    FROM swift:6.3-bookworm AS build
    RUN apt-get update \\
     && apt-get install -y --no-install-recommends libxml2-dev zlib1g-dev libsqlite3-dev \\
     && rm -rf /var/lib/apt/lists/*
    WORKDIR /source
    COPY . .
    RUN swift build -c release --static-swift-stdlib --product sluice \\
     && install -s -D -m 0755 .build/release/sluice /result/sluice
    """

  private var image: String {
    let folders = ([Deployment.state] + deployment.folders).joined(separator: " ")
    let copies = deployment.pipelines.map { "COPY --chmod=0644 \($0.source) \($0.place)" }
    let words = (["sluice"] + deployment.arguments).map { "\"\($0)\"" }.joined(separator: ", ")
    let owner = "\(Deployment.user)"
    return """
      FROM debian:bookworm-slim
      RUN apt-get update \\
       && apt-get install -y --no-install-recommends ca-certificates libxml2 zlib1g libsqlite3-0 \\
       && rm -rf /var/lib/apt/lists/* \\
       && install -d -m 0700 -o \(owner) -g \(owner) \(folders)
      COPY --from=build /result/sluice /usr/local/bin/sluice
      \(copies.joined(separator: "\n"))
      # What is too long for memory waits on disk, in the volume.
      ENV STATE_DIRECTORY=\(Deployment.state) TMPDIR=\(Deployment.state)
      WORKDIR \(Deployment.state)
      VOLUME \(folders)
      USER \(owner):\(owner)
      HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["sluice", "top", "--once"]
      CMD [\(words)]
      """
  }
}

extension Deployment.Pipeline {
  /// Where the file is in the folder that an image is built from: beside the Dockerfile, if it is not below it now.
  fileprivate var source: String {
    path.hasPrefix("/") || path.hasPrefix("../") || !Deployment.isPlain(path) ? fileName : path
  }
}
