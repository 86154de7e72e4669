internal import Streaming

/// The parameters of a call that a pipeline file may give, under Qualys' own names.
struct APIParameters: Sendable {
  let options: [Option]

  init(_ options: [Option]) { self.options = options }

  /// The parameters that were given, in the order of the documentation; truth values as Qualys writes them.
  func values(of given: Options) -> [APIRequest.Parameter] {
    options.compactMap { option in
      guard let value = given[option.name] else { return nil }
      return APIRequest.Parameter(option.name, Self.text(value))
    }
  }

  private static func text(_ value: OptionValue) -> String {
    switch value {
    case .text(let text): text
    case .boolean(let truth): truth ? "1" : "0"
    case .integer(let number): String(number)
    case .list(let values): values.map(text).joined(separator: ",")
    case .entries(let entries): entries.map { text($0.value) }.joined(separator: ",")
    }
  }
}
