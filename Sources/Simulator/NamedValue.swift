internal import Foundation

/// A header field, or a parameter of a request.
package struct NamedValue: Sendable, Equatable, Codable {
  package var name: String
  package var value: String

  package init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }

  /// As it stands in a query; commas stay as they are.
  var formText: String { "\(Self.escape(name))=\(Self.escape(value))" }

  private static func escape(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: .urlQueryAllowed.subtracting(CharacterSet(charactersIn: "&=+")))
      ?? ""
  }
}
