package import JSONText
package import XMLEvents

/// Why an answer is not the data that was asked for.
package enum AnswerError: Error, Sendable, CustomStringConvertible {
  /// Nothing at all came.
  case empty
  /// A web page, as proxies and maintenance send.
  case html(title: String)
  /// Something else that is not XML.
  case notXML(beginning: String)
  /// Another document than was asked for.
  case unexpectedRoot(String, expected: String)
  /// Qualys says no: `SIMPLE_RETURN`, `GENERIC_RETURN`, or a `CODE` in the answer itself.
  case qualys(code: String?, text: String)
  /// Not well-formed, or cut off.
  case xml(XMLError)
  /// Something else than a JSON object.
  case notJSON(beginning: String)
  /// Not JSON, or cut off.
  case json(JSONError)
  /// JSON that is not what was asked for, or that leaves out what must be there.
  case notAssets(String)
  /// A host, detection or value beyond every real one.
  case exceedsLimit(String)
  /// A long value could not be put aside.
  case spill(String)
  /// The transport broke off or could not be read.
  case transport(String)

  /// The same error in the whole answer, when its reader began at `start` with what stands at `place` there.
  package func moved(from start: XMLPlace, to place: XMLPlace, after line: Int) -> AnswerError {
    guard case .xml(let error) = self else { return self }
    return .xml(error.moved(from: start, to: place, after: line))
  }

  package var description: String {
    switch self {
    case .empty: "the answer is empty"
    case .html(let title):
      "the answer is a web page\(title.isEmpty ? "" : " titled '\(title)'"), not data"
    case .notXML(let beginning): "the answer is not XML; it begins with '\(beginning)'"
    case .unexpectedRoot(let name, let expected): "the answer is a '\(name)', not a '\(expected)'"
    case .qualys(let code, let text): "Qualys answered with an error\(code.map { " \($0)" } ?? ""): \(text)"
    case .xml(let error): "\(error)"
    case .notJSON(let beginning): "the answer is not a JSON object; it begins with '\(beginning)'"
    case .json(let error): "\(error)"
    case .notAssets(let what): what
    case .exceedsLimit(let what): "\(what); refused"
    case .spill(let reason): reason
    case .transport(let reason): reason
    }
  }
}
