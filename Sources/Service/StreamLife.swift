/// The life of a stream: where it stands, and what leads from there (`sumo`, states).
///
/// Each state is a type that only the transition before it can make, so that no other transition can be written. What is
/// asked for and does not lead anywhere from where the stream stands changes nothing.
package enum StreamLife: Sendable, Equatable {
  case pending(Pending)
  case started(Started)
  case initialized(Initialized)
  case authenticated(Authenticated)
  case collecting(Collecting)
  case error(Failed)
  case stopping(Stopping)

  /// It was read and checked.
  package struct Pending: Sendable, Equatable {
    fileprivate func start() -> Started { Started() }
  }

  /// Its task runs.
  package struct Started: Sendable, Equatable {
    fileprivate init() {}
    fileprivate func initialize() -> Initialized { Initialized() }
  }

  /// All that it needs is open.
  package struct Initialized: Sendable, Equatable {
    fileprivate init() {}
    fileprivate func authenticate() -> Authenticated { Authenticated() }
  }

  /// Qualys has taken the credentials.
  package struct Authenticated: Sendable, Equatable {
    fileprivate init() {}
    fileprivate func collect() -> Collecting { Collecting() }
  }

  /// What was asked for comes in.
  package struct Collecting: Sendable, Equatable {
    fileprivate init() {}
  }

  /// It failed at work.
  package struct Failed: Sendable, Equatable {
    /// Where it stood, and goes back to.
    fileprivate enum Former: Sendable, Equatable {
      case pending(Pending)
      case started(Started)
      case initialized(Initialized)
      case authenticated(Authenticated)
      case collecting(Collecting)
    }
    fileprivate let former: Former

    fileprivate func recover() -> StreamLife {
      switch former {
      case .pending(let state): .pending(state)
      case .started(let state): .started(state)
      case .initialized(let state): .initialized(state)
      case .authenticated(let state): .authenticated(state)
      case .collecting(let state): .collecting(state)
      }
    }

    /// Qualys takes the credentials; whether it is well again shows behind a page.
    fileprivate func authenticate() -> Failed {
      if case .initialized(let state) = former { Failed(former: .authenticated(state.authenticate())) } else { self }
    }

    /// Begins anew, with what a person has changed.
    fileprivate func restart() -> Started { Started() }
  }

  /// It ends; nothing leads from here.
  package struct Stopping: Sendable, Equatable {
    fileprivate init() {}
  }

  /// A life begins.
  package init() { self = .pending(Pending()) }

  /// Its task runs; after an error, anew.
  package mutating func start() {
    switch self {
    case .pending(let state): self = .started(state.start())
    case .error(let state): self = .started(state.restart())
    default: break
    }
  }

  /// All that it needs is open.
  package mutating func initialize() {
    if case .started(let state) = self { self = .initialized(state.initialize()) }
  }

  /// Qualys has taken the credentials; an error stays until a page has come.
  package mutating func authenticate() {
    switch self {
    case .initialized(let state): self = .authenticated(state.authenticate())
    case .error(let state): self = .error(state.authenticate())
    default: break
    }
  }

  /// A page has come, and its logs are where they belong.
  package mutating func collect() {
    recover()
    authenticate()
    if case .authenticated(let state) = self { self = .collecting(state.collect()) }
  }

  /// It goes on from where it failed.
  package mutating func recover() {
    if case .error(let state) = self { self = state.recover() }
  }

  package mutating func fail() {
    switch self {
    case .pending(let state): self = .error(Failed(former: .pending(state)))
    case .started(let state): self = .error(Failed(former: .started(state)))
    case .initialized(let state): self = .error(Failed(former: .initialized(state)))
    case .authenticated(let state): self = .error(Failed(former: .authenticated(state)))
    case .collecting(let state): self = .error(Failed(former: .collecting(state)))
    case .error, .stopping: break
    }
  }

  package mutating func stop() { self = .stopping(Stopping()) }

  /// The state's name.
  package var state: StreamState {
    switch self {
    case .pending: .pending
    case .started: .started
    case .initialized: .initialized
    case .authenticated: .authenticated
    case .collecting: .collecting
    case .error: .error
    case .stopping: .stopping
    }
  }
}
