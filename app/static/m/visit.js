/* One visit: five steps, drawn from what the phone keeps, so that they never wait for the network. */
'use strict';
const Visit = (() => {
  const FIVE = ['depart', 'arrive', 'investigate', 'complete', 'confirm'];
  const OVER = 6;                                                        // 0–4: the five; 5: the form goes back to QC
  const AFTER = {
    depart: () => 1, arrive: () => 2, investigate: () => 3, quote: () => 3, answer_quote: data => data.accepted ? 3 : OVER,
    complete: () => 4, confirm: () => 5, reject: () => OVER, back_at_company: () => 5, return_form: () => OVER
  };
  let here = null, busy = 0;                                             // {id, step, at} of the form on the screen; while it is being changed

  /* What was done here and the portal's own list does not tell yet. */
  const ofJob = (job, entries) => (job.sent || []).concat(entries
    .filter(entry => me && entry.owner === me.user && entry.job === job.id && !entry.body.as_note)
    .map(entry => ({ step: entry.step, data: entry.body.data, at: entry.body.at, photos: entry.photos.length })));
  function place(job, entries) {
    const states = { assigned: job.departed_at ? 1 : 0, on_site: job.found ? 3 : 2, awaiting_confirmation: 4, confirmed: 5 };
    const reached = job.state in states ? states[job.state] : OVER;
    return Math.max(reached, ...ofJob(job, entries).map(deed => AFTER[deed.step](deed.data)));
  }
  /* The job with the deadline as it is by now: the portal's last word, and over it what each deed here began or ended. */
  function dated(job, entries) {
    let due = job.due;
    for (const { step, data, at } of ofJob(job, entries)) {
      if (!job.then || !(step in job.then)) continue;
      const begun = dayOf(new Date(data.arrived_at || data.at || at));
      due = job.then[step] && me.ends && me.ends[job.then[step]] ? me.ends[job.then[step]][begun] || null : null;
    }
    return Object.assign({}, job, { due });
  }
  /* What is known of the work: the server's last word, and over it what was written here since. */
  function known(job, entries) {
    const facts = { found: job.found, done: job.done, quote: job.quote, photos: job.photos, back: !!job.back_at };
    for (const { step, data, photos } of ofJob(job, entries)) {
      if (step === 'investigate' || step === 'complete') facts.found = Object.assign({}, facts.found, data);
      if (step === 'complete') facts.done = data;
      if (step === 'quote') facts.quote = { lines: data.lines, amount: data.amount, accepted: null };
      if (step === 'answer_quote') facts.quote = Object.assign({}, facts.quote, { accepted: data.accepted });
      if (step === 'back_at_company') facts.back = true;
      facts.photos += photos || 0;
    }
    return facts;
  }
  function stepAt(at, visit, facts) {
    if (at === 0 && visit.already) return 'arrive';
    if (at === 5) return 'return_form';
    if (at !== 3) return FIVE[at];
    if (visit.again) return 'investigate';
    if (facts.found.responsibility === 'own_quality') return 'complete';
    if (facts.quote && facts.quote.accepted === null && !visit.quoting) return 'answer_quote';
    return visit.quoting ? 'quote' : 'complete';
  }
  async function visitOf(job) {
    const key = `${me.user}:${job.id}`, kept = await Store.get('visits', key);
    const visit = Object.assign(kept || { key, owner: me.user, uuid: uuid(), drafts: {} }, { job });
    await Store.put('visits', visit);
    return visit;
  }

  const alone = async act => { busy += 1; try { return await act(); } finally { busy -= 1; } };
  const draw = id => alone(() => paint(id));
  async function paint(id) {
    const turn = Turn.take(), entries = await Store.all('outbox'), kept = await Store.get('visits', `${me.user}:${id}`);
    const job = await Store.get('jobs', id) || (kept && kept.job);
    if (!job) { location.hash = ''; return; }
    const visit = await visitOf(job), at = place(job, entries), facts = known(job, entries);
    const stuck = visit.correcting ? entries.find(entry => entry.n === visit.correcting) : null;
    const step = stuck ? stuck.step : stepAt(at, visit, facts);
    if (!Turn.holds(turn)) return;                                       // the person went elsewhere meanwhile
    here = { id, step, at };
    $('back').hidden = false;
    $('title').textContent = document.title = job.customer;
    if (at === OVER && !stuck) { $('app').replaceChildren(el('p', { className: 'empty' }, say('finished'))); return; }
    $('app').replaceChildren(beads(at), head(dated(job, entries)), ...Steps.draw({ job, visit, entries, facts, step, stuck, save: () => Store.put('visits', visit), finish }));
    window.signaturePads($('app'));
    scrollTo(0, 0);
  }
  const beads = at => el('ol', { className: 'five', 'aria-label': say('step', { n: Math.min(5, at + 1) }) }, FIVE.map((name, index) => el(
    'li', { className: index < at ? 'done' : index === at ? 'now' : '', 'aria-current': index === at ? 'step' : 'false' }, T.five[name])));
  const head = job => el('div', { className: 'card' }, el('div', { className: 'row' }, el('b', {}, job.number), List.badge(job)), el('p', {}, job.subject),
    el('p', { className: 'mut' }, [job.product, job.serial_no].filter(Boolean).join(' · ')),
    job.opinion ? el('details', {}, el('summary', {}, say('opinion')), el('p', {}, job.opinion)) : '',
    el('p', { className: 'mut' }, [job.address, job.contact].filter(Boolean).join(' · ')),
    el('div', { className: 'row ways' }, List.ways(job), el('a', { className: 'btn plain', href: '/complaint/show/' + job.id }, say('record'))));

  const entryOf = (visit, step, photos, body) => ({
    owner: me.user, name: me.name, job: visit.job.id, number: visit.job.number, visit: visit.uuid, step, photos,
    body: Object.assign({ visit: visit.uuid, at: now().toISOString() }, body)
  });
  /* A step is done: into the outbox, on to the next one. */
  const finish = (on, data, photos, version, read) => alone(() => write(on, data, photos, version, read));
  async function write({ job, visit, step, stuck }, data, photos, version, read) {
    if (stuck) {
      const fresh = (await Store.all('outbox')).find(entry => entry.n === stuck.n);
      if (fresh) await Store.put('outbox', Object.assign(fresh, {
        id: uuid(), status: 'waiting', answer: null, photos, body: Object.assign(fresh.body, { data, read })
      }));
      await unsign(visit, stuck);
    } else {
      await Outbox.add(entryOf(visit, step, photos, { version, data, read }));
    }
    if (step === 'confirm' || step === 'reject') visit.resign = null;
    delete visit.drafts[step];
    if (visit.drafts.complete && step !== 'complete') delete visit.drafts.complete.values.charge;      // follows cause and quotation
    visit.correcting = visit.again = visit.quoting = visit.already = null;
    await Store.put('visits', visit);
    Outbox.flush();
    const ended = place(job, await Store.all('outbox')) === OVER;
    if (ended) { here = null; location.hash = ''; } else await paint(job.id);
    await List.bar();
  }

  /* What was signed on top of a text that is corrected now was never read: the customer signs again. */
  async function unsign(visit, corrected) {
    const later = (await Store.all('outbox')).filter(entry => entry.owner === me.user && entry.job === corrected.job && entry.n > corrected.n && entry.step === 'confirm');
    for (const entry of later) {
      const { signature, ...values } = entry.body.data;
      visit.drafts.confirm = { version: entry.body.version, values, photos: [] };
      visit.resign = true;
      await Store.drop('outbox', entry.n);
    }
  }

  /* The network said something: the form under the person's fingers stays, unless its step is over. */
  async function renew() {
    if (!here || !me || busy) return;
    const { id } = here, entries = await Store.all('outbox'), visit = await Store.get('visits', `${me.user}:${id}`);
    const job = await Store.get('jobs', id);
    if (!job || !visit || visit.correcting || busy || !here || here.id !== id) return;
    const at = place(job, entries), step = at === OVER ? here.step : stepAt(at, visit, known(job, entries));
    if (at !== here.at || step !== here.step) { await draw(id); return; }
    const shown = $('app').querySelector('.left');
    if (shown) shown.replaceWith(List.badge(dated(job, entries)));
  }
  async function correct(entry) {
    const visit = await Store.get('visits', `${me.user}:${entry.job}`) || await visitOf(await Store.get('jobs', entry.job));
    await Store.put('visits', Object.assign(visit, { correcting: entry.n }));
    if (location.hash === '#' + entry.job) draw(entry.job); else location.hash = entry.job;
  }
  /* Conflict: what is written, also what is not yet finished, goes beside the record; or away. */
  async function asNotes(id) {
    const visit = await Store.get('visits', `${me.user}:${id}`), drafts = [];
    for (const [step, draft] of Object.entries(visit ? visit.drafts : {})) {
      const begun = Object.keys(draft.values).length || draft.photos.length;
      if (begun) drafts.push(entryOf(visit, step, draft.photos, { version: draft.version, data: draft.values, as_note: true }));
    }
    await over(id);
    await Outbox.asNotes(me.user, id, drafts);
  }
  async function discard(id) { await over(id); await Outbox.discard(me.user, id); }
  async function over(id) { await Store.drop('visits', `${me.user}:${id}`); here = null; location.hash = ''; }

  /* What is over on both sides is not kept. */
  async function tidy() {
    const jobs = new Set((await Store.all('jobs')).map(job => job.id)), entries = await Store.all('outbox');
    for (const visit of (await Store.all('visits')).filter(visit => visit.owner === me.user)) {
      const id = visit.job.id, needed = jobs.has(id) || entries.some(entry => entry.job === id) || location.hash === '#' + id;
      if (!needed) await Store.drop('visits', visit.key);
    }
  }
  return { draw, place, dated, OVER, renew, correct, asNotes, discard, tidy, leave: () => { here = null; } };
})();
