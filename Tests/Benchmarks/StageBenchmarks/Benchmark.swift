import Streaming

/// Work that can be done over and over, and what one time of it goes through.
struct Benchmark {
  enum Unit: String {
    /// Bytes of the answer that comes in.
    case byte
    /// Records that come in.
    case record
  }

  let name: String
  let unit: Unit
  /// Makes the inputs, outside what is counted; gives how many units a pass goes through, and the pass.
  let prepare: () throws -> (units: Int, pass: () throws -> Void)
}

extension Benchmark {
  /// A stage, over all batches of a page.
  static func stage<S: Stage>(
    _ name: String,
    _ stage: @escaping () throws -> S,
    on batches: @escaping () throws -> ContiguousArray<Batch<S.Input>>
  ) -> Benchmark {
    Benchmark(name: name, unit: .record) {
      let batches = try batches()
      var stage = try stage()
      return (
        batches.reduce(0) { $0 + $1.records.count },
        {
          for batch in batches {
            var outlet = Outlet<S.Output>(capacity: batch.records.count)
            try stage.process(batch, into: &outlet)
          }
        }
      )
    }
  }

  /// A decoder, over an answer in chunks as a file gives them.
  static func decoder<D: Decoder>(
    _ name: String,
    _ decoder: @escaping () -> D,
    on answer: @escaping () -> [UInt8],
    chunk: @escaping ([UInt8]) -> D.Input
  ) -> Benchmark {
    Benchmark(name: name, unit: .byte) {
      let answer = answer()
      let chunks = Inputs.chunks(of: answer).map(chunk)
      return (answer.count, { try Inputs.decode(chunks, decoder()) { _ in } })
    }
  }
}
