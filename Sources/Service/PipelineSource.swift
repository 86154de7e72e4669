internal import Crypto
internal import Foundation
package import Pipelines
internal import Qualys
internal import Synchronization

/// A pipeline file that can be read again: what it says now, and whether that has changed.
package struct PipelineSource: Sendable {
  /// The file as messages call it.
  package let file: String
  /// Reads and checks it.
  package let load: @Sendable () throws(RefusedPipeline) -> Loaded

  /// A checked pipeline, and a digest of all that it was read from.
  package struct Loaded: Sendable {
    package let plan: Plan
    /// Of the file, and of every secret that it uses.
    package let digest: [UInt8]
    /// What a person should know of it.
    package let warnings: [Diagnostic]

    package init(plan: Plan, digest: [UInt8], warnings: [Diagnostic] = []) {
      self.plan = plan
      self.digest = digest
      self.warnings = warnings
    }
  }

  package init(file: String, load: @escaping @Sendable () throws(RefusedPipeline) -> Loaded) {
    self.file = file
    self.load = load
  }

  /// A file on this machine.
  ///
  /// - Parameter change: What the command line says besides.
  package init(
    file: String,
    registry: Registry,
    secrets: SecretSource = .system,
    _ change: @escaping @Sendable (inout PlanRequest) -> Void = { _ in }
  ) {
    self.init(file: file) { () throws(RefusedPipeline) in
      guard let data = FileManager.default.contents(atPath: file) else {
        throw RefusedPipeline(digest: [], "cannot read '\(file)'")
      }
      let used = UsedSecrets()
      var request = PlanRequest(text: String(decoding: data, as: UTF8.self), file: file, registry: registry)
      request.secrets = SecretSource(
        environment: { used.note($0, secrets.environment($0)) },
        file: { path in
          let file = secrets.file(path)
          _ = used.note(path, file?.text)
          return file
        }
      )
      request.requiresSecrets = true
      change(&request)
      let (plan, findings) = Plan.check(request)
      let digest = used.digest(behind: data)
      guard let plan else {
        throw RefusedPipeline(digest: digest, findings.map(\.description).joined(separator: "\n"))
      }
      guard plan.isLive else {
        throw RefusedPipeline(
          digest: digest,
          "\(file): it asks nothing of Qualys; 'sluice run' reads files and captures"
        )
      }
      return Loaded(plan: plan, digest: digest, warnings: findings)
    }
  }

  /// What was looked up, and found.
  private final class UsedSecrets: Sendable {
    private let values = Mutex<[String: String?]>([:])

    func note(_ name: String, _ value: String?) -> String? {
      values.withLock { $0[name] = .some(value) }
      return value
    }

    func digest(behind text: Data) -> [UInt8] {
      var hash = SHA256()
      hash.update(data: text)
      for (name, value) in values.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
        hash.update(data: Data("\0\(name)\0\(value.map { "=\($0)" } ?? "")".utf8))
      }
      return Array(hash.finalize())
    }
  }
}

/// A pipeline file that cannot run as it is.
package struct RefusedPipeline: Error, CustomStringConvertible {
  /// Of what was refused; empty when the file cannot be read.
  package let digest: [UInt8]
  /// What is wrong, where, and what to do.
  package let description: String

  package init(digest: [UInt8], _ description: String) {
    self.digest = digest
    self.description = description
  }
}
