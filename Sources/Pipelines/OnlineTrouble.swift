internal import Qualys

/// Why Qualys did not answer a check, and what to do about it.
struct OnlineTrouble {
  private let message: String
  private let help: String?
  /// Whether a person must do something about it; else it passes.
  let needsPerson: Bool
  let isWrongPassword: Bool

  init(_ error: any Error, _ api: API) {
    let refusal = error as? Refusal
    needsPerson = refusal.map { $0.remedy == .person } ?? (error is Misconfiguration)
    isWrongPassword = refusal?.status == 401
    guard let refusal else {
      message = "\(api.rawValue): \(error)"
      help =
        needsPerson
        ? nil
        : "see whether this machine reaches the network, by a proxy if it must (https_proxy), and whether 'platform', or "
          + "'server' and 'gateway', are right"
      return
    }
    let code = refusal.code.map { ", code \($0)" } ?? ""
    message = "\(api.rawValue): HTTP \(refusal.status)\(code): \(refusal.text)"
    help = Self.help(refusal)
  }

  private static func help(_ refusal: Refusal) -> String? {
    switch (refusal.status, refusal.remedy) {
    case (_, .wait(let seconds)): "ask again in \(seconds) s"
    case (_, .waitForOthers), (_, .again): "it passes; ask again in some minutes"
    case (401, _):
      "look at what 'username' and 'password' stand for, before anything tries again: wrong passwords lock the account"
    case (403, _): "have this user allowed to use the API, and the module that it belongs to"
    case (404, _), (300..<400, _): "see to 'platform', or 'server' and 'gateway', and to 'versions'"
    default: nil
    }
  }

  func diagnostic(at location: Location?) -> Diagnostic { Diagnostic(.error, message, at: location, help: help) }
}
