internal import HTTPTypes
internal import Health
internal import Hummingbird
internal import HummingbirdCore
internal import Pipelines
internal import Service

/// Answers what is asked of the endpoint.
struct EndpointResponder: HTTPResponder {
  typealias Context = EndpointContext

  /// Bytes of a body that are put up with; none is read.
  static let longestBody = 4096
  /// Events that are given at most, and when nothing is said.
  static let mostEvents = 1000
  static let usualEvents = 100

  private let rules: AccessRules
  private let control: any ServiceControl
  private let limits: EndpointLimits
  private let prometheus: PrometheusMetrics
  private let metrics: ServiceMetrics

  init(rules: AccessRules, control: any ServiceControl, limits: EndpointLimits, prometheus: PrometheusMetrics) {
    self.rules = rules
    self.control = control
    self.limits = limits
    self.prometheus = prometheus
    metrics = ServiceMetrics(factory: prometheus)
  }

  func respond(to request: Request, context: EndpointContext) async throws -> Response {
    let response = try answer(request, context).hardened()
    return request.method == .head ? response.createHeadResponse() : response
  }

  private func answer(_ request: Request, _ context: EndpointContext) throws -> Response {
    let route = Route(path: request.uri.path)
    if let refusal = rules.refusal(of: request.head, for: route) { return refusal }
    guard let route else {
      return .text(
        .notFound,
        "There is nothing here. There is: /, /status, /events, /metrics, /health/live, /health/ready, /tap/PIPELINE/STREAM."
      )
    }
    guard route.methods.contains(request.method) else {
      let methods = route.methods.map(\.rawValue).joined(separator: ", ")
      var response = Response.text(.methodNotAllowed, "This can be asked for by \(methods) only.")
      response.headers[.allow] = methods
      return response
    }
    if let length = request.headers[.contentLength], (Int(length) ?? .max) > Self.longestBody {
      return .text(.contentTooLarge, "Nothing here takes a body.")
    }
    return try answer(route, request.uri, context)
  }

  private func answer(_ route: Route, _ uri: URI, _ context: EndpointContext) throws -> Response {
    switch route {
    case .live: .text(.ok, "The service runs.")
    case .ready: try ready()
    case .status: try .json(control.status())
    case .events: try events(uri)
    case .metrics:
      Response(.ok, PrometheusMetrics.contentType, metrics.update(from: control.status, then: prometheus.text))
    case .page: Response(.ok, "text/html; charset=utf-8", Page.html(control.status(), events: newestEvents()))
    case .script: Response(.ok, "text/javascript; charset=utf-8", Page.script)
    case .style: Response(.ok, "text/css; charset=utf-8", Page.style)
    case .restart(let pipeline, let stream): try restart(pipeline, stream)
    case .tap(let pipeline, let stream): tap(pipeline, stream, uri, context)
    }
  }

  private func ready() throws -> Response {
    let readiness = Readiness(control.status())
    return try .json(readiness, status: readiness.ready ? .ok : .serviceUnavailable)
  }

  private func events(_ uri: URI) throws -> Response {
    let query = uri.queryParameters
    let limit = query["limit"].map { Int($0) } ?? Self.usualEvents
    guard let limit, 1...Self.mostEvents ~= limit else {
      return .text(.badRequest, "'limit' is a number from 1 to \(Self.mostEvents).")
    }
    let events = control.events(
      pipeline: query["pipeline"].map(String.init),
      stream: query["stream"].map(String.init),
      limit: limit
    )
    return try .json(events)
  }

  private func newestEvents() -> [ServiceEvent] {
    control.events(pipeline: nil, stream: nil, limit: Self.usualEvents)
  }

  private func restart(_ pipeline: String, _ stream: String) throws -> Response {
    guard control.restart(pipeline: pipeline, stream: stream) else {
      return .text(.notFound, "There is no such stream; /status has them all.")
    }
    return try .json(["pipeline": pipeline, "stream": stream], status: .accepted)
  }

  private func tap(_ pipeline: String, _ stream: String, _ uri: URI, _ context: EndpointContext) -> Response {
    let query = uri.queryParameters
    do throws(TapRefusal) {
      let reader = try control.tap(
        pipeline: pipeline,
        stream: stream,
        after: query["after"].map(String.init),
        where: query["where"].map(String.init)
      )
      return .samples(of: reader, over: context.channel, limits)
    } catch {
      let status: HTTPResponse.Status =
        switch error.reason {
        case .nothingThere: .notFound
        case .wrong: .badRequest
        case .full: .tooManyRequests
        }
      return .text(status, error.description)
    }
  }
}
