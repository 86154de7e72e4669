extension Page {
  /// The words of `PageWords` and `PageStreamWords` once more.
  static let scriptWords = #"""
    // Numbers, times and health in words: the same as the server's.

    const interval = 2000;
    const healthWords = { green: 'Healthy', yellow: 'Warning', red: 'Error' };

    function number(value) {
      const sign = value < 0 ? '−' : '';
      return sign + String(Math.abs(value)).replace(/\B(?=(\d{3})+$)/g, '\u202F');
    }

    function count(value, noun) {
      return `${number(value)} ${noun}${value === 1 ? '' : 's'}`;
    }

    function bytes(value) {
      let unit = 1;
      for (const name of ['B', 'kB', 'MB', 'GB', 'TB']) {
        if (value < unit * 1000 || name === 'TB') {
          const tenths = Math.floor(value * 10 / unit);
          const whole = unit === 1 || tenths >= 1000;
          return `${whole ? number(Math.floor(tenths / 10)) : (tenths / 10).toFixed(1)} ${name}`;
        }
        unit *= 1000;
      }
    }

    function duration(value) {
      const seconds = Math.max(0, value);
      const whole = (unit) => Math.floor(seconds / unit);
      const one = (value, unit) => `${number(value)}\u00A0${unit}`;
      const both = (large, unit, small, smaller) =>
        small < 1 ? one(large, unit) : `${one(large, unit)} ${one(Math.floor(small), smaller)}`;
      if (seconds < 60) return one(seconds, 's');
      if (seconds < 600) return both(whole(60), 'min', seconds % 60, 's');
      if (seconds < 3600) return one(whole(60), 'min');
      if (seconds < 86400) return both(whole(3600), 'h', seconds % 3600 / 60, 'min');
      return both(whole(86400), 'd', seconds % 86400 / 3600, 'h');
    }

    function relative(time, now) {
      if (time === now) return 'now';
      return time < now ? `${duration(now - time)} ago` : `in ${duration(time - now)}`;
    }

    function perSecond(value, seconds) {
      const tenths = Math.floor(value * 10 / seconds);
      return tenths === 0 ? '0' : tenths < 100 ? (tenths / 10).toFixed(1) : number(Math.floor(tenths / 10));
    }

    function sinkNote({ spool, bytes: taken }) {
      return spool?.lines > 0 ? `${number(spool.lines)} wait${spool.isFull ? ', full' : ''}` : bytes(taken);
    }

    function utc(time) {
      return `${new Date(time * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
    }

    function streamsOf(status) {
      return status.pipelines.flatMap((pipeline) => pipeline.streams);
    }

    function worstOf(status) {
      const has = (health) => streamsOf(status).some((stream) => stream.health === health);
      if (has('red')) return 'red';
      return has('yellow') || status.pipelines.some((pipeline) => pipeline.problem) ? 'yellow' : 'green';
    }

    function summary(status) {
      const streams = streamsOf(status);
      const parts = [['red', 'in error'], ['yellow', 'with a warning'], ['green', 'healthy']]
        .map(([health, words]) => [streams.filter((stream) => stream.health === health).length, words])
        .filter(([found]) => found > 0)
        .map(([found, words]) => `${number(found)} ${words}`);
      return parts.length ? `${count(streams.length, 'stream')}: ${parts.join(', ')}` : 'no streams';
    }

    // Each text, and the moment that it is about, if it is about one.
    function streamWords(stream, now) {
      const { counts, round, last } = stream;
      const troubles = [
        stream.errors > 0 && count(stream.errors, 'error'),
        stream.warnings > 0 && count(stream.warnings, 'warning'),
      ].filter(Boolean).join(', ');
      const again = [
        stream.attempt != null && `Try ${number(stream.attempt)} failed.`,
        stream.nextTry != null && `The next one is ${stream.nextTry <= now ? 'under way' : relative(stream.nextTry, now)}.`,
      ].filter(Boolean).join(' ');
      const rest = stream.waitingUntil == null ? '' : `: ${duration(stream.waitingUntil - now)} more`;
      const retries = Object.entries(counts.retries).sort().map(([name, value]) => `${name} ${number(value)}`);
      const ended = last && (last.ended ?? last.began);
      return {
        troubles: [troubles || 'none'],
        interval: [stream.every != null ? `every ${duration(stream.every)}` : stream.follows ? `follows ${stream.follows}` : ''],
        state: [stream.state],
        since: [`for ${duration(now - stream.stateSince)}`, stream.stateSince],
        message: [stream.message == null ? '' : stream.errorClass ? `${stream.errorClass}: ${stream.message}` : stream.message],
        again: [again, stream.nextTry ?? null],
        waiting: stream.waitingFor ? [`Waits for ${stream.waitingFor}${rest}.`, stream.waitingUntil ?? null] : ['', null],
        last: last ? [relative(ended, now), ended] : ['none yet', null],
        lastSize: [last ? `${count(last.lines, 'line')} in ${duration(ended - last.began)}` : ''],
        next: nextWords(stream, now),
        roundSize: [round ? `${count(round.pages, 'page')}, ${count(round.lines, 'line')}` : ''],
        behind: [stream.behind == null ? '—' : duration(stream.behind)],
        recordsIn: [number(counts.recordsIn)],
        recordsOut: [number(counts.recordsOut)],
        filtered: [number(counts.filtered)],
        deadLettered: [number(counts.deadLettered)],
        bytesOut: [bytes(counts.bytesOut)],
        repaired: [number(counts.repairedCharacters)],
        pages: [number(counts.pages)],
        rounds: [number(stream.rounds)],
        retries: [retries.join(', ') || '0'],
      };
    }

    function nextWords(stream, now) {
      if (stream.round) return [`running for ${duration(now - stream.round.began)}`, stream.round.began];
      const next = stream.nextTry ?? stream.next;
      if (next != null) return [relative(next, now), next];
      if (stream.errorClass === 'ThirdPartyConfig') return ['after a change or a restart', null];
      return [stream.follows ? `after ${stream.follows}` : '—', null];
    }


    """#
}
