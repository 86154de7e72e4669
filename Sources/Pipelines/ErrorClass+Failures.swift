package import Health
internal import Qualys
internal import Records
internal import Sinks
internal import State

extension ErrorClass {
  /// The class of what ended or delayed a run: the one place where errors get theirs.
  package static func of(_ error: any Error) -> ErrorClass {
    switch error {
    case let held as Undelivered: of(held.error)
    case let refusal as Refusal: refusal.remedy == .person ? .thirdPartyConfig : .thirdPartyGeneric
    case is CaptureError, is Diagnostic, is Misconfiguration, is NeedsBeginning, is FirstRound: .thirdPartyConfig
    case is BrokenConnection, is Exhausted, is PagingError, is AnswerError: .thirdPartyGeneric
    default: .firstPartyGeneric
    }
  }

  /// Whether doing the same again may go well: what `run --wait` waits out.
  static func passes(_ error: any Error) -> Bool {
    switch error {
    case let refusal as Refusal: refusal.remedy != .person
    case is BrokenConnection, is Exhausted, is PagingError, is DiskError, is DiskReserve.Shortage: true
    case let failure as HTTPSink.Failure: failure.kind == .unavailable
    case let state as StateError: state.code == .full
    default: false
    }
  }

  /// Whether an error is every stream's: the account, or the state.
  ///
  /// Going on would only make it worse: each further sign-in with a wrong password counts towards locking the account.
  static func endsAll(_ error: any Error) -> Bool {
    switch error {
    case let refusal as Refusal: refusal.status == 401
    case is StateError: true
    default: false
    }
  }
}
