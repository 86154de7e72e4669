internal import Crypto

/// Tells by one short text whether a source asks for something else than it did.
enum OptionsFingerprint {
  /// The SHA-256, in hexadecimal, of what is called and of the parameters that choose data.
  ///
  /// How many items a page holds chooses none.
  static func text(_ path: String, _ parameters: [APIRequest.Parameter]) -> String {
    var hash = SHA256()
    hash.update(data: Array("\(path)\n".utf8))
    for parameter in parameters where parameter.name != "truncation_limit" && parameter.name != "pageSize" {
      // Lengths keep apart what would read the same put together.
      hash.update(data: Array("\(parameter.name.utf8.count) \(parameter.name)\(parameter.value.utf8.count) ".utf8))
      hash.update(data: Array("\(parameter.value)\n".utf8))
    }
    let digits = Array("0123456789abcdef")
    return String(hash.finalize().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }
}
