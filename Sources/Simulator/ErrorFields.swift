/// What a script says about the header fields of a status.
package struct ErrorFields: Sendable, Equatable {
  /// How many seconds the answer says to wait, in fields and body, where it says that; its own number, if `nil`.
  package var wait: Int?

  /// What its limits are like.
  package var limits: AbsurdLimits?

  /// Fields that replace the answer's own.
  package var others: [NamedValue] = []

  /// Leaves everything as it is.
  package init() {}
}

/// Limits in header fields that cannot be.
package enum AbsurdLimits: String, Sendable, CaseIterable {
  case blank
  case negative
  case huge
  case nan
  case absent

  /// Changes every field that tells of limits.
  func apply(to head: inout AnswerHead) {
    let isLimit = { (field: NamedValue) in
      let name = field.name.lowercased()
      return name.hasPrefix("x-ratelimit") || name.hasPrefix("x-concurrency") || name == "retry-after"
    }
    guard let value else { return head.headers.removeAll(where: isLimit) }
    for index in head.headers.indices where isLimit(head.headers[index]) { head.headers[index].value = value }
  }

  private var value: String? {
    switch self {
    case .blank: ""
    case .negative: "-1"
    // More than any clock: ten to the twelve.
    case .huge: "1000000000000"
    case .nan: "NaN"
    case .absent: nil
    }
  }
}
