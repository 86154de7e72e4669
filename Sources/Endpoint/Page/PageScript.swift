extension Page {
  /// Keeps the page up to date; asks `/status` every two seconds while someone can see it.
  package static let script = scriptWords + scriptPlots + scriptRefresh + scriptActions

  private static let scriptRefresh = #"""
    // What the page shows, by key; the server has written all of it once.

    const patience = 5000;
    let status = null;
    let fields, healths, silentSince = null, timer = null;

    function bind() {
      fields = gather('data-v');
      healths = gather('data-h');
    }

    function gather(attribute) {
      const found = new Map();
      for (const element of document.querySelectorAll(`[${attribute}]`)) {
        const key = element.getAttribute(attribute);
        found.set(key, [...(found.get(key) ?? []), element]);
      }
      return found;
    }

    function show(key, text, time) {
      for (const element of fields.get(key) ?? []) {
        if (element.textContent !== text) element.textContent = text;
        const title = time == null ? '' : utc(time);
        if (time !== undefined && element.title !== title) element.title = title;
      }
    }

    function colour(key, health) {
      for (const element of healths.get(key) ?? []) element.dataset.health = health;
    }

    function refresh(next) {
      const isOther = status && status.started !== next.started;
      status = next;
      if (isOther) forget();
      const worst = worstOf(status);
      document.title = `${healthWords[worst]} – Sluice`;
      const icon = document.getElementById('icon');
      if (icon.getAttribute('href') !== icon.dataset[worst]) icon.setAttribute('href', icon.dataset[worst]);
      colour('all', worst);
      show('summary', summary(status));
      show('version', status.version);
      show('process', String(status.process));
      show('up', duration(status.now - status.started), status.started);
      show('memory', bytes(status.memory));
      show('now', utc(status.now));
      status.pipelines.forEach((pipeline, index) => refreshPipeline(pipeline, `${index}`));
      draw(status, performance.now() / 1000);
    }

    function refreshPipeline(pipeline, key) {
      show(`${key}.problem`, pipeline.problem ?? '');
      pipeline.rates.forEach((rate, index) => {
        show(`${key}.r${index}.left`, `${number(rate.left)} of ${number(rate.limit)} left`);
        show(`${key}.r${index}.terms`, `per ${duration(rate.window)}, ${number(rate.concurrency)} at once`);
      });
      pipeline.streams.forEach((stream, index) => refreshStream(stream, `${key}.${index}`));
    }

    function refreshStream(stream, key) {
      colour(key, stream.health);
      show(`${key}.health`, healthWords[stream.health]);
      for (const [name, [text, time]] of Object.entries(streamWords(stream, status.now))) show(`${key}.${name}`, text, time);
      refreshStages(stream.stages, key);
      stream.outputs.forEach((output, index) => {
        refreshStages(output.stages, `${key}.o${index}`);
        output.sinks.forEach((sink, place) => {
          show(`${key}.o${index}.k${place}`, number(sink.lines));
          show(`${key}.o${index}.k${place}.note`, sinkNote(sink));
        });
      });
    }

    function refreshStages(stages, key) {
      stages.forEach((stage, index) => {
        const change = stage.left - stage.entered;
        show(`${key}.t${index}`, number(stage.entered));
        show(`${key}.t${index}.note`, change === 0 ? '' : (change > 0 ? '+' : '') + number(change));
      });
    }

    // Asking.

    async function ask(path, options = {}) {
      const answer = await fetch(path, { ...options, cache: 'no-store', signal: AbortSignal.timeout(patience) });
      if (!answer.ok) throw new Error(`it answered ${answer.status}`);
      return answer;
    }

    async function tick() {
      clearTimeout(timer);
      const next = await answered(async () => {
        const next = await (await ask('/status')).json();
        if (shape(next) !== document.querySelector('main').dataset.shape) await rebuild();
        return next;
      });
      if (next) {
        refresh(next);
        await answered(refreshEvents);
      }
      clearTimeout(timer);
      if (!document.hidden) timer = setTimeout(tick, interval);
    }

    // What it gives; nothing, and a word to the reader, when the service does not answer.
    async function answered(asking) {
      try {
        const given = await asking();
        silent(null);
        return given;
      } catch (error) {
        silent(error);
      }
    }

    function silent(error) {
      const banner = document.getElementById('silence');
      banner.hidden = !error;
      document.body.classList.toggle('silent', Boolean(error));
      if (!error) {
        silentSince = null;
        return;
      }
      silentSince ??= Math.floor(Date.now() / 1000);
      const why = error.message.startsWith('it answered') ? ` (${error.message})` : '';
      const text = `The service does not answer since ${utc(silentSince)}${why}. What is shown is from before.`;
      if (banner.textContent !== text) banner.textContent = text;
    }

    // Pipelines or stages are others than they were: the server draws them.
    async function rebuild() {
      const page = new DOMParser().parseFromString(await (await ask('/')).text(), 'text/html');
      document.querySelector('main').replaceWith(page.querySelector('main'));
      forget();
      bind();
    }

    function shape(status) {
      const names = (list) => list.map((item) => item.name);
      return status.pipelines.flatMap((pipeline) => [
        pipeline.name, pipeline.file, ...pipeline.rates.map((rate) => rate.api),
        ...pipeline.streams.flatMap((stream) => [
          stream.name, stream.logType, ...names(stream.stages),
          ...stream.outputs.flatMap((output) => [output.name, ...names(output.stages), ...names(output.sinks)]),
        ]),
      ]).join('|');
    }


    """#
}
