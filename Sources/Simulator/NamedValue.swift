/// A header field, or a parameter of a request.
package struct NamedValue: Sendable, Equatable, Codable {
  package var name: String
  package var value: String

  package init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}
