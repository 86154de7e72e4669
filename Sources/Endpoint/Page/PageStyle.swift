extension Page {
  /// How the page looks: dense, by day and by night, from 360 pixels on.
  package static let style = #"""
    :root {
      color-scheme: light dark;
      --ground: #f5f6f8; --paper: #fff; --text: #1b2230; --quiet: #586274; --line: #dde1e8; --accent: #2356c4;
      --green: #1a7f4b; --yellow: #946200; --red: #c0262d; --shade: #eef1f5;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --ground: #10141b; --paper: #181e27; --text: #e3e7ee; --quiet: #9aa5b6; --line: #2c3543; --accent: #80a9ff;
        --green: #4cc38a; --yellow: #e6b04c; --red: #ff7d7a; --shade: #202834;
      }
    }

    * { box-sizing: border-box; }
    [hidden] { display: none !important; }
    body {
      margin: 0 auto; padding: 12px 20px 24px; max-width: 1440px; background: var(--ground); color: var(--text);
      font: 14px/1.4 system-ui, sans-serif; font-variant-numeric: tabular-nums;
    }
    h1, h2, h3, p, dl, dd, figure { margin: 0; }
    h1 { font-size: 20px; }
    h2 { font-size: 16px; margin-bottom: 8px; }
    h3 { font-size: 14px; margin: 0 0 8px; }
    small, .quiet { font-size: 12px; font-weight: normal; color: var(--quiet); }
    h1, h2, h3, dd, p, bdi, th small, td { overflow-wrap: anywhere; }
    bdi, [data-v] { unicode-bidi: isolate; }
    a { color: var(--accent); }
    :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
    .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

    header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 16px; margin-bottom: 16px; }
    header .quiet { margin-left: auto; }
    section { margin-bottom: 28px; }
    footer { display: flex; flex-wrap: wrap; gap: 4px 16px; font-size: 12px; }

    [data-health=green] { --health: var(--green); }
    [data-health=yellow] { --health: var(--yellow); }
    [data-health=red] { --health: var(--red); }
    .health { color: var(--health); font-weight: 600; white-space: nowrap; }
    header .health { white-space: normal; }
    .mark { display: inline-block; width: 10px; height: 10px; background: var(--health); forced-color-adjust: none; }
    [data-health=green] > .mark, [data-health=green] > h3 > .mark { border-radius: 50%; }
    [data-health=yellow] > .mark, [data-health=yellow] > h3 > .mark { clip-path: polygon(50% 0, 100% 100%, 0 100%); }

    .banner { padding: 8px 12px; margin-bottom: 16px; border: 1px solid var(--yellow); border-radius: 6px; background: var(--paper); }
    #silence { position: sticky; top: 8px; z-index: 1; border-color: var(--red); color: var(--red); font-weight: 600; }
    .silent main { opacity: .6; }
    .problem { margin-bottom: 8px; color: var(--yellow); font-weight: 600; }
    .problem:has(span:empty) { display: none; }

    table { width: 100%; border-collapse: collapse; background: var(--paper); border: 1px solid var(--line); border-radius: 6px; }
    th, td { padding: 6px 10px; text-align: left; vertical-align: top; }
    thead th { font-size: 12px; font-weight: 600; color: var(--quiet); white-space: nowrap; }
    td small, th small { display: block; }
    .streams { table-layout: fixed; }
    .streams > tbody { border-top: 1px solid var(--line); }
    .streams > tbody > tr > :first-child { box-shadow: inset 3px 0 var(--health); }
    .streams > thead th { width: 8%; }
    .streams > thead th:first-child, .streams > thead th:nth-child(4) { width: 13.5%; }
    .streams > thead th:nth-child(3) { width: 11%; }
    .streams > thead th:nth-child(5), .streams > thead th:nth-child(6) { width: 11.5%; }
    .streams > thead th:nth-child(9) { width: 7%; }
    .name, th[scope=row] small { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; }
    .name { color: inherit; text-decoration-color: var(--line); }
    .streams > thead th:nth-child(n + 7), .number { text-align: right; white-space: nowrap; }
    .action { text-align: right; }
    .said td { padding-top: 0; }
    .said:not(:has(p > span:not(:empty), .result:not(:empty))) { display: none; }
    .said p:empty, .said p:has(> span:empty) { display: none; }
    .message { color: var(--health); font-weight: 600; }
    .panel > td { padding-bottom: 12px; }
    .list { table-layout: fixed; font-size: 13px; }
    .list thead th { width: 160px; }
    .list thead th:nth-child(2) { width: 19%; }
    .list thead th:nth-child(3) { width: 100px; }
    .list thead th:last-child { width: auto; }
    .list th, .list td { padding: 3px 10px; }
    .list tbody tr { border-top: 1px solid var(--line); }
    .list td:first-child { white-space: nowrap; }
    .list small { display: inline; }
    .none { color: var(--quiet); }
    .none:has(+ .list tr[data-number]) { display: none; }
    .none + .list:not(:has(tr[data-number])) { display: none; }

    button, input { font: inherit; color: inherit; }
    button {
      padding: 2px 10px; border: 1px solid var(--line); border-radius: 5px; background: var(--shade); white-space: nowrap; cursor: pointer;
    }
    button:hover { border-color: var(--accent); }
    button.strong { background: var(--accent); border-color: var(--accent); color: var(--paper); font-weight: 600; }
    button.events::after { content: " ▸"; color: var(--quiet); }
    button.events[aria-expanded=true]::after { content: " ▾"; }
    .still { display: none; }
    @media (scripting: none) {
      button { display: none; }
      .still { display: inline; }
    }

    article, .rates > div { margin-top: 12px; padding: 12px; border: 1px solid var(--line); border-radius: 6px; background: var(--paper); }
    section > h3 { margin: 16px 0 0; }
    .card { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 360px); gap: 12px 24px; align-items: start; }
    .rates { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 280px), 400px)); gap: 0 12px; }
    dl { display: flex; flex-wrap: wrap; gap: 6px 28px; margin-top: 12px; }
    dt { font-size: 12px; color: var(--quiet); }
    article h3 bdi { display: inline-block; max-width: 60%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; vertical-align: bottom; }

    svg text { fill: var(--quiet); font-size: 11px; }
    figure svg { display: block; width: 100%; height: auto; }
    figure > svg { margin-top: 4px; }
    figure svg svg { overflow: visible; }
    figcaption { display: flex; justify-content: space-between; gap: 12px; font-size: 12px; color: var(--quiet); }
    figcaption b { color: var(--text); font-size: 14px; white-space: nowrap; }
    .grid { stroke: var(--line); fill: none; }
    polyline { fill: none; stroke: var(--accent); stroke-width: 1.5; stroke-linejoin: round; }
    polygon { fill: var(--accent); opacity: .12; }

    .row { display: flex; flex-wrap: wrap; }
    .row svg { flex: none; }
    .graph rect { fill: var(--shade); stroke: var(--line); }
    .graph .source rect, .graph .sink rect { stroke: var(--accent); }
    .graph text { font-size: 12px; fill: var(--text); }
    .graph .note { font-size: 11px; fill: var(--quiet); }
    .graph .count { font-size: 11px; fill: var(--text); }
    .graph text:has(+ .note:empty) { transform: translateY(9px); }
    .arrow { fill: none; stroke: var(--quiet); stroke-width: 1.25; }
    .graph ul { list-style: none; margin: 0 0 0 20px; padding: 0; }
    .graph li { position: relative; padding: 4px 0 0 16px; border-left: 1px solid var(--quiet); }
    .graph li:last-child { border-left-color: transparent; }
    .graph li::before {
      content: ""; position: absolute; left: -1px; top: 0; width: 18px; height: 49px;
      border: 1px solid var(--quiet); border-width: 0 0 1px 1px; border-bottom-left-radius: 6px;
    }
    .graph li:has(> small > bdi:empty)::before { height: 32px; }
    .graph li > small { display: block; height: 17px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .graph li > small:has(bdi:empty) { display: none; }

    dialog { width: min(440px, calc(100vw - 32px)); padding: 20px; border: 1px solid var(--line); border-radius: 8px; background: var(--paper); color: inherit; }
    dialog::backdrop { background: #0008; }
    dialog p { margin-top: 10px; }
    dialog label, dialog small { display: block; }
    dialog input { width: 100%; margin: 4px 0; padding: 5px 8px; border: 1px solid var(--quiet); border-radius: 5px; background: var(--ground); }
    .refused { color: var(--red); font-weight: 600; }
    .refused:empty { display: none; }
    .buttons { display: flex; justify-content: flex-end; gap: 8px; }

    @media (max-width: 1100px) {
      .card { grid-template-columns: minmax(0, 1fr); }
      .streams, .streams > tbody, .streams > tbody > tr, .streams > tbody > tr > * { display: block; }
      .streams > thead { display: none; }
      .streams > tbody > .stream { display: grid; grid-template-columns: repeat(auto-fill, minmax(140px, 1fr)); padding: 6px 0; }
      .streams th[scope=row], .streams .action { grid-column: 1 / -1; }
      .streams > tbody > tr > :first-child { box-shadow: none; }
      .streams > tbody { box-shadow: inset 3px 0 var(--health); }
      .streams td[data-label]::before { content: attr(data-label); display: block; font-size: 12px; color: var(--quiet); }
      .streams .number, .action { text-align: left; }
    }
    @media (max-width: 700px) {
      body { padding: 12px 12px 24px; }
      header .quiet { margin-left: 0; }
      .list, .list tbody, .list tr, .list td { display: block; }
      .list thead { display: none; }
      .list td { padding: 0 10px; }
      .list tr { padding: 6px 0; }
    }
    @media (prefers-reduced-motion: no-preference) {
      button, .silent main { transition: border-color .15s, opacity .15s; }
    }

    """#
}
