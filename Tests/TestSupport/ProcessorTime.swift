internal import Glibc

/// How much of a processor this thread has had: what runs beside it does not count.
package enum ProcessorTime {
  package static var now: Duration {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }
}
