/// Where a stream begins: something that gives batches, page after page.
///
/// For the implementer: pages never overlap; the last batch of each carries its ending; a transport that breaks off
/// ends the page as `abandoned`, and only what makes every further page impossible is thrown.
package protocol Source<Output>: Sendable {
  associatedtype Output: Record
  associatedtype Batches: AsyncSequence<Batch<Output>, any Error> & Sendable
  static var component: Component { get }
  init(_ options: Options) throws(OptionError)

  /// The batches of one round, from the first page.
  func batches() -> Batches
}
