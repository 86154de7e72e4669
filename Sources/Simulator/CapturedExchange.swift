internal import Foundation

/// A request and what came back, the file beside a body in a capture.
///
/// A capture is a folder. `run.json` says which rounds were run and when. Each exchange is a pair of files, named by API
/// and numbered over all rounds: `detections-0001.exchange.json`, and beside it `detections-0001.xml` with the body as
/// it came over the wire (gzip where a header field says so). Nothing in it is a secret: credentials belong to
/// neither file.
///
/// ```json
/// {
///   "round": 1,
///   "api": "detections",
///   "request": {
///     "path": "/api/5.0/fo/asset/host/vm/detection/",
///     "parameters": [ { "name": "action", "value": "list" } ]
///   },
///   "response": { "status": 200, "headers": [ { "name": "X-RateLimit-Limit", "value": "300" } ] },
///   "body": "detections-0001.xml"
/// }
/// ```
///
/// `failure` says how a body broke off, if it did. Without a body (204) there is no `body`.
package struct CapturedExchange: Sendable, Codable, Equatable {
  package struct Request: Sendable, Codable, Equatable {
    package var path: String
    package var parameters: [NamedValue]
  }

  package struct Response: Sendable, Codable, Equatable {
    package var status: Int
    package var headers: [NamedValue]
  }

  package var round: Int
  package var api: SimulatedAPI
  package var request: Request
  package var response: Response
  package var failure: String?
  package var body: String?

  init(round: Int, api: SimulatedAPI, parameters: [NamedValue], head: AnswerHead) {
    self.round = round
    self.api = api
    request = Request(path: api.path, parameters: parameters)
    response = Response(status: head.status, headers: head.headers)
  }
}

/// What `run.json` says about a capture.
package struct CapturedRun: Sendable, Codable, Equatable {
  package struct Round: Sendable, Codable, Equatable {
    package var number: Int
    /// When it was run.
    package var time: String
  }

  package var format = 1
  package var rounds: [Round]
}
