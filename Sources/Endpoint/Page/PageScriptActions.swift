extension Page {
  /// Events on a click, and restarts.
  static let scriptActions = #"""
    // Events.

    function element(tag, text, attributes = {}) {
      const made = document.createElement(tag);
      for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
      made.append(...[text].flat());
      return made;
    }

    function eventRow(event) {
      const health = event.isHealthy ? 'green' : event.severity === 'Error' ? 'red' : 'yellow';
      const severity = event.isHealthy && event.severity !== 'Info' ? 'Over' : event.severity;
      const details = [
        event.httpStatus != null && `HTTP ${event.httpStatus}`,
        event.qualysCode != null && `code ${event.qualysCode}`,
        event.attempt != null && `try ${number(event.attempt)}`,
        event.nextTry != null && `next try ${duration(event.nextTry)} later`,
        event.repeats != null && count(event.repeats, 'time'),
      ].filter(Boolean).join(', ');
      const name = event.stream ? `${event.pipeline}/${event.stream}` : event.pipeline;
      const mark = element('span', [element('span', '', { class: 'mark' }), ` ${severity}`], { class: 'health', 'data-health': health });
      return element('tr', [
        element('td', utc(event.time).slice(0, -4)),
        element('td', element('bdi', name)),
        element('td', mark),
        element('td', [element('b', event.tracker), ` ${event.message} `, element('small', details)]),
      ], { 'data-number': event.number });
    }

    // Only what is new is put in, so that nothing that is read or marked moves without need.
    function fillEvents(place, events) {
      const body = place.querySelector('.list tbody');
      const numbers = new Set(events.map((event) => String(event.number)));
      for (const row of [...body.rows]) if (!numbers.has(row.dataset.number)) row.remove();
      const shown = new Set([...body.rows].map((row) => row.dataset.number));
      for (const event of events) if (!shown.has(String(event.number))) body.prepend(eventRow(event));
    }

    function streamOf(key) {
      const [place, index] = key.split('.');
      const pipeline = status.pipelines[place];
      return { pipeline: pipeline.name, stream: pipeline.streams[index].name };
    }

    async function refreshEvents() {
      fillEvents(document.getElementById('newest'), await (await ask('/events?limit=20')).json());
      for (const button of document.querySelectorAll('button.events[aria-expanded="true"]')) await fillPanel(button);
    }

    async function fillPanel(button) {
      const query = new URLSearchParams({ ...streamOf(button.dataset.stream), limit: 100 });
      const events = await (await ask(`/events?${query}`)).json();
      fillEvents(document.getElementById(button.getAttribute('aria-controls')), events);
    }

    function openEvents(button) {
      const isOpen = button.getAttribute('aria-expanded') === 'true';
      button.setAttribute('aria-expanded', String(!isOpen));
      document.getElementById(button.getAttribute('aria-controls')).hidden = isOpen;
      if (!isOpen) answered(() => fillPanel(button));
    }

    // Restart. The token is kept here, and nowhere else.

    let token = '', asked = null;
    const dialog = document.getElementById('restart');
    const tokenField = document.getElementById('restart-token');

    function askRestart(key) {
      asked = { key, ...streamOf(key) };
      document.getElementById('restart-name').textContent = `${asked.pipeline}/${asked.stream}`;
      document.getElementById('restart-refused').textContent = '';
      document.getElementById('restart-ask').hidden = token !== '';
      dialog.showModal();
    }

    async function restart() {
      token ||= tokenField.value;
      tokenField.value = '';
      const path = `/streams/${encodeURIComponent(asked.pipeline)}/${encodeURIComponent(asked.stream)}/restart`;
      const refused = document.getElementById('restart-refused');
      refused.textContent = '';
      try {
        const answer = await fetch(path, {
          method: 'POST', headers: { Authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(patience),
        });
        if (answer.ok) {
          const result = document.querySelector(`[data-result="${asked.key}"]`);
          if (result) result.textContent = `Restart asked for at ${utc(Math.floor(Date.now() / 1000))}.`;
          dialog.close();
          tick();
          return;
        }
        if (answer.status === 401 || answer.status === 403) token = '';
        const words = (await answer.text()).trim();
        refused.textContent = answer.status === 401 ? 'The token is not the service’s.' : `Refused: ${words || answer.status}`;
      } catch {
        refused.textContent = 'The service does not answer: nothing was asked of it, or it did not say so.';
      }
      document.getElementById('restart-ask').hidden = token !== '';
      if (!token) tokenField.focus();
    }

    // One listener for all buttons: those that come later need none.
    document.addEventListener('click', (event) => {
      const button = event.target.closest('button');
      if (!button || !status) return;
      if (button.classList.contains('events')) openEvents(button);
      if (button.classList.contains('restart')) askRestart(button.dataset.stream);
      if (button.id === 'restart-no') dialog.close();
    });
    dialog.querySelector('form').addEventListener('submit', (event) => {
      event.preventDefault();
      restart();
    });
    dialog.addEventListener('close', () => { tokenField.value = ''; });
    document.addEventListener('visibilitychange', () => {
      if (document.hidden) clearTimeout(timer);
      else tick();
    });

    bind();
    tick();

    """#
}
