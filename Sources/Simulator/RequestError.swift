/// Why the older plane refuses a call, by Qualys' code.
struct RequestError: Error, Equatable {
  var code: Int
  /// What it is about.
  var subject: String
}
