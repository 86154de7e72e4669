import Foundation

/// How much is tried: a part in an ordinary run of the tests, all of it when `SLUICE_PROOF` is `long`.
enum ProofLength {
  static let isLong = ProcessInfo.processInfo.environment["SLUICE_PROOF"] == "long"
}
