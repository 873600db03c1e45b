/* The lists 今天 / 明天 / 已超期 / 全部, and the bar that says what is not sent. */
'use strict';
const List = (() => {
  let tab = '', asking = 0;
  const TABS = {
    today: job => endOf(job) === day(0) || job.planned_on === day(0),
    tomorrow: job => endOf(job) === day(1) || job.planned_on === day(1),
    overdue: job => job.due && Date.parse(job.due.at) <= now().getTime(),
    all: () => true
  };
  const endOf = job => job.due ? job.due.day : '';

  /* How long there is left, in words and colour; the colour never speaks alone. */
  function badge(job) {
    if (!job.due) return el('span', { className: 'left', hidden: true });
    const left = Date.parse(job.due.at) - now().getTime(), hours = Math.abs(left) / 36e5;
    if (left <= 0) return el('span', { className: 'left tag bad' }, hours < 24 ? counted('hours_late', Math.max(1, Math.floor(hours))) : counted('days_late', Math.floor(hours / 24)));
    const days = Math.round((Date.parse(job.due.day) - Date.parse(day(0))) / 864e5);
    return el('span', { className: 'left tag ' + (days < 2 ? 'warn' : '') }, days < 1 ? T.today_until.replace('{time}', job.due.time) : counted('days_left', days));
  }
  const counted = (name, n) => T.left[name][n === 1 ? 0 : 1].replace('{n}', n);
  const mapOf = address => (/iPhone|iPad/.test(navigator.userAgent) ? 'maps:?q=' : 'geo:0,0?q=') + encodeURIComponent(address);
  const ways = job => [
    ...(job.calls || []).map(({ text, href }, at, all) => el('a', { className: 'btn plain', href }, all.length > 1 ? say('call') + ' ' + text : say('call'))),
    el('a', { className: 'btn plain', href: mapOf(job.address) }, say('map'))
  ];

  function card(job, begun) {
    return el('article', { className: 'card job', 'data-job': job.id },
      el('div', { className: 'row' }, el('h2', {}, job.customer), badge(job)),
      el('p', { className: 'mut' }, [job.number, job.product].filter(Boolean).join(' · ')),
      el('p', {}, job.subject),
      el('p', { className: 'mut' }, [job.due && say('due', { text: job.due.text }), job.planned_on && say('planned', { day: job.planned_on })].filter(Boolean).join(' · ')),
      el('p', { className: 'mut' }, job.address),
      el('p', { className: 'two' }, job.opinion || ''),
      el('div', { className: 'row ways' }, ways(job), el('button', { type: 'button', className: 'btn', onclick: () => { location.hash = job.id; } }, say(begun ? 'go_on' : 'start'))));
  }

  async function draw() {
    const turn = Turn.take();
    $('back').hidden = true;
    $('title').textContent = document.title = say('title');
    if (!me) { $('app').replaceChildren(el('p', { className: 'empty' }, why === null ? say('loading') : '')); return; }
    const [jobs, entries, visits] = await Promise.all([Store.all('jobs'), Store.all('outbox'), Store.all('visits')]);
    if (!Turn.holds(turn)) return;
    const open = jobs.filter(job => Visit.place(job, entries) < Visit.OVER).map(job => Visit.dated(job, entries)).sort((a, b) => (a.due ? a.due.at : '9').localeCompare(b.due ? b.due.at : '9'));
    const shown = tab || (open.some(TABS.today) ? 'today' : 'all');
    const found = open.filter(TABS[shown]), begun = new Set(visits.filter(visit => visit.owner === me.user).map(visit => visit.job.id));
    $('app').replaceChildren(
      el('nav', { className: 'tabs', 'aria-label': say('title') }, Object.keys(TABS).map(name => el('button',
        { type: 'button', 'data-tab': name, 'aria-pressed': String(name === shown), onclick: () => { tab = name; draw(); } },
        say(name), el('b', {}, String(open.filter(TABS[name]).length))))),
      ...found.map(job => card(job, begun.has(job.id) || job.state !== 'assigned')), found.length ? '' : el('p', { className: 'empty' }, say('none')));
  }

  /* ---- what is not sent, and what to do about it */

  function trouble(entries) {
    const first = entries[0], told = first.answer || {}, message = told.message || '';
    const sentences = typeof message === 'string' ? message : Object.values(message).flat().join(' ');
    const buttons = el('div', { className: 'row wrap' },
      first.status === 'wrong' ? el('button', { type: 'button', className: 'btn', onclick: () => { Visit.correct(first); } }, say('correct')) : '',
      el('button', { type: 'button', className: 'btn plain', 'data-do': 'note', onclick: () => Visit.asNotes(first.job) }, say('note')),
      el('button', { type: 'button', className: 'btn plain', 'data-do': 'discard', onclick: () => {
        asking = first.job;
        buttons.replaceChildren(el('p', {}, say('sure')),
          el('button', { type: 'button', className: 'btn', 'data-do': 'sure', onclick: () => { asking = 0; Visit.discard(first.job); } }, say('yes')),
          el('button', { type: 'button', className: 'btn plain', onclick: () => { asking = 0; bar(); } }, say('no')));
      } }, say('discard')));
    const others = (told.changed || []).map(line => el('li', {}, [line.at, line.who, line.what, line.comment].filter(Boolean).join(' · ')));
    return el('section', { className: 'bad', 'data-status': first.status },
      el('p', {}, el('b', {}, `${say('conflict')}: ${first.number} ${T.step[first.step]}`)), el('p', {}, sentences),
      others.length ? el('div', {}, el('p', {}, say('meanwhile')), el('ul', {}, others)) : '', buttons);
  }

  async function bar() {
    const entries = await Store.all('outbox');
    if (asking && entries.some(entry => entry.job === asking && entry.status !== 'waiting')) return;      // a question stands there
    const mine = entries.filter(entry => me && entry.owner === me.user), others = entries.filter(entry => !me || entry.owner !== me.user), parts = [];
    $('net').textContent = mine.length ? say('waiting', { n: mine.length }) : navigator.onLine ? (me ? say('saved') : '') : say('offline');
    $('net').className = mine.some(entry => entry.status !== 'waiting') ? 'tag bad' : mine.length || !navigator.onLine ? 'tag warn' : 'tag';
    const tell = (css, sentence, ...more) => parts.push(el('section', { className: css }, el('p', {}, sentence), ...more));
    if (why === 'login') tell('warn', say('signed_out', { n: entries.length }), el('a', { className: 'btn', href: '/login/?next=/m/' }, say('sign_in')));
    else if (why === 'forbidden') tell('warn', say('not_yours'), el('a', { className: 'btn plain', href: '/' }, say('portal')));
    else if (!navigator.onLine || why === 'offline') tell('', say('go_on_offline'));
    else if (why === 'later') tell('', say('later'));
    if (!('serviceWorker' in navigator)) tell('warn', say('old_browser'));
    for (const who of new Set(me && why !== 'login' ? others.map(entry => entry.name) : [])) {
      tell('warn', say('of_others', { n: others.filter(entry => entry.name === who).length, who }));
    }
    const stuck = mine.filter(entry => entry.status !== 'waiting');
    for (const job of new Set(stuck.map(entry => entry.job))) parts.push(trouble(stuck.filter(entry => entry.job === job)));
    $('bar').replaceChildren(...parts);
    $('bar').hidden = !parts.length;
  }
  return { draw, bar, badge, ways };
})();
