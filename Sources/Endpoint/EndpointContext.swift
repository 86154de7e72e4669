internal import Hummingbird
internal import HummingbirdCore
internal import NIOCore

/// What a request comes with: the connection, for an answer that lasts.
struct EndpointContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  let channel: any Channel

  init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    channel = source.channel
  }
}
