package import Streaming

/// A source that calls Qualys: a component, and the pages it asks for.
package protocol APISource: Sendable {
  associatedtype Calls: Pager
  static var component: Component { get }
  /// Which API it calls.
  static var api: API { get }
  init(_ options: Options) throws(OptionError)

  /// How one round asks, from the first page on.
  func pager(_ context: CallContext) throws -> Calls
}
