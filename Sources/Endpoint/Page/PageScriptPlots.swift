extension Page {
  /// The plots; what they show is remembered by the script alone, from when the page was opened.
  static let scriptPlots = #"""
    // Ten minutes of each plot: [seconds, value], the oldest first.

    const span = 600;
    let history = new Map(), seen = new Map();

    function forget() {
      history = new Map();
      seen = new Map();
    }

    function remember(key, time, value) {
      const points = history.get(key) ?? [];
      points.push([time, value]);
      // One older than the window stays: the line comes in from the left.
      while (points.length > 2 && points[1][0] < time - span) points.shift();
      history.set(key, points);
    }

    function draw(status, time) {
      status.pipelines.forEach((pipeline, place) => {
        pipeline.rates.forEach((rate, index) => {
          const key = `${place}.r${index}`;
          remember(key, time, rate.left);
          plot(key, rate.limit);
          label(key, number(rate.limit));
        });
        pipeline.streams.forEach((stream, index) => drawThroughput(stream, `${place}.${index}`, time));
      });
    }

    function drawThroughput(stream, key, time) {
      const before = seen.get(key);
      const value = stream.counts.recordsOut;
      if (before && time > before.time) {
        const rate = Math.max(0, value - before.value) / (time - before.time);
        remember(key, time, rate);
        show(`${key}.rate`, perSecond(rate, 1));
      }
      seen.set(key, { time, value });
      const top = ceiling(Math.max(0, ...(history.get(key) ?? []).map(([, rate]) => rate)));
      plot(key, top);
      label(key, number(top));
    }

    // The next of 10, 20, 50, 100 …
    function ceiling(value) {
      let top = 10;
      while (top < value) top *= String(top)[0] === '2' ? 2.5 : 2;
      return top;
    }

    function plot(key, top) {
      const figure = document.querySelector(`[data-plot="${key}"]`);
      const points = history.get(key) ?? [];
      if (!figure || points.length === 0) return;
      const end = points[points.length - 1][0];
      const drawn = points.map(([time, value]) =>
        [span - (end - time), 100 - 100 * Math.min(1, value / (top || 1))].map((part) => part.toFixed(1)).join(','));
      figure.querySelector('polyline').setAttribute('points', drawn.join(' '));
      const left = drawn[0].split(',')[0];
      figure.querySelector('polygon').setAttribute('points', `${left},100 ${drawn.join(' ')} ${span},100`);
    }

    function label(key, text) {
      const element = document.querySelector(`[data-plot="${key}"] .top`);
      if (element && element.textContent !== text) element.textContent = text;
    }


    """#
}
