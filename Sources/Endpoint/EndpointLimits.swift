internal import NIOCore

/// What callers may use up, so that slow and many ones hurt neither the streams nor each other.
struct EndpointLimits {
  /// Connections that are open at once; more wait until one ends.
  var connections = 64
  /// How long a connection lasts, and how much longer a request may that is under way then.
  var lifetime = TimeAmount.seconds(20)
  var grace = TimeAmount.seconds(10)
  /// How often a tap that has nothing to show sends an empty line, and how long its reader may take for a line.
  var beat = TimeAmount.seconds(5)
  var reading = TimeAmount.seconds(30)
  /// How long a connection may be silent, and a request take to arrive.
  var idle = TimeAmount.seconds(15)
  /// Bytes of a header, and of all headers of a request.
  var headerSize = 8 << 10
  var headersSize = 16 << 10
}
