import Records
import Streaming

/// Hides the last number of each address, and refuses detections without one.
struct MaskAddresses: Stage {
  static let component = Component(
    "mask-addresses",
    summary: "Hides the last number of an IPv4 address.",
    form: .options([
      Option("field", .field, default: "IP", "Where the address is."),
      Option("mark", .text, default: "x", "What stands in place of the number."),
    ]),
    example: "- mask-addresses: { mark: \"*\" }"
  )

  private let field: FieldPath
  private let mark: String

  init(_ options: Options) throws(OptionError) {
    guard let field = options.text("field").flatMap(FieldPath.init), let mark = options.text("mark") else {
      throw OptionError("field", "it is not a path")
    }
    self.field = field
    self.mark = mark
  }

  mutating func process(_ batch: Batch<Detection>, into output: inout Outlet<Detection>) throws {
    for var record in batch.records {
      guard let address = record.value(at: field), let end = address.lastIndex(of: ".") else {
        output.reject(record, because: "it has no IPv4 address")
        continue
      }
      record.set(field, to: address[...end] + mark)
      output.append(record)
    }
  }
}

/// Loses the first record of each batch without a word: what the balance is there to find.
struct LoseOne: Stage {
  static let component = Component(
    "lose-one",
    summary: "Loses a record of each batch, to show that the balance finds it.",
    example: "- lose-one"
  )

  init(_ options: Options) throws(OptionError) {}

  mutating func process(_ batch: Batch<Detection>, into output: inout Outlet<Detection>) throws {
    output.append(contentsOf: batch.records.dropFirst())
  }
}
