package import Service

/// The page that a person looks at.
package enum Page {
  package static func html(_ status: ServiceStatus, events: [ServiceEvent]) -> String { "<!doctype html>" }
  package static let script = ""
  package static let style = ""
}
