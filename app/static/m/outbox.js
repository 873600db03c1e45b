/* The outbox: every step is written here first, and sent in order, once, whenever that is possible.
   entry: {n, id (its key at the server), owner, name, job, visit, step, number, body: {visit, version, at, data, as_note}, photos,
   status: waiting | conflict | wrong, answer} */
'use strict';
const Outbox = (() => {
  const listeners = [], TOO_LONG = 90000;
  let running = null;
  const tell = why => listeners.forEach(listen => listen(why));

  function ask(address, options) {
    const stop = new AbortController(), timer = setTimeout(() => stop.abort(), TOO_LONG);
    const headers = Object.assign({ 'Accept': 'application/json', 'Accept-Language': document.documentElement.lang.slice(0, 2) }, (options || {}).headers);
    return fetch(address, Object.assign({ cache: 'no-store', signal: stop.signal }, options, { headers })).finally(() => clearTimeout(timer));
  }

  async function add(entry) {
    await Store.put('outbox', Object.assign({ id: uuid(), status: 'waiting', photos: [] }, entry));
    flush();
  }

  /* One run at a time, over all windows. Tells why it stopped: '' | offline | login | later | forbidden */
  function flush() {
    if (running) return running;
    const run = () => drain().catch(() => navigator.onLine ? 'later' : 'offline');
    running = (navigator.locks ? navigator.locks.request('portal-outbox', run) : run()).then(why => { running = null; tell(why); return why; });
    return running;
  }

  async function drain() {
    if (!navigator.onLine) return 'offline';
    const session = await ask('/session');
    if (session.status === 401) return 'login';
    if (!session.ok) return 'later';
    const who = await session.json(), me = await Store.get('facts', 'me'), blocked = new Set();
    if (me && me.user !== who.user) await Store.forget();
    for (const entry of (await Store.all('outbox')).filter(entry => entry.owner === who.user)) {
      if (!entry.body.as_note && (entry.status !== 'waiting' || blocked.has(entry.job))) { blocked.add(entry.job); continue; }
      const why = await send(entry, who.csrf);
      if (why === 'stuck') blocked.add(entry.job);
      else if (why) return why;
    }
    return await refresh(who.csrf);
  }

  async function send(entry, token) {
    const form = new FormData();
    form.append('entry', JSON.stringify(entry.body));
    entry.photos.forEach(photo => form.append('photo', photo.blob, photo.name));
    const headers = { 'X-CSRFToken': token, 'Idempotency-Key': entry.id };
    const answer = await ask(`/api/v1/visit/${entry.job}/${entry.step}`, { method: 'POST', body: form, headers });
    if (answer.status === 401) return 'login';
    const told = /json/.test(answer.headers.get('Content-Type') || '') ? await answer.json() : null;
    if (answer.ok && told) {
      const job = await Store.get('jobs', entry.job);
      if (job && !entry.body.as_note) {
        const sent = (job.sent || []).concat({ step: entry.step, data: entry.body.data, at: entry.body.at });
        await Store.put('jobs', Object.assign(job, { state: told.state, version: told.version, sent }));
      }
      await Store.drop('outbox', entry.n);
      tell('sent');
      return '';
    }
    if (!told || ![403, 404, 409, 413, 422].includes(answer.status)) return 'later';              // kept, tried again
    const lost = told.conflict || answer.status === 403 || answer.status === 404;
    await Store.put('outbox', Object.assign(entry, { status: lost ? 'conflict' : 'wrong', answer: told }));
    return 'stuck';
  }

  async function refresh(token) {
    const wanted = localStorage.getItem('wanted-language');
    if (wanted) {
      const saved = await ask('/language', { method: 'POST', body: new URLSearchParams({ locale: wanted }), headers: { 'X-CSRFToken': token } });
      if (saved.ok) localStorage.removeItem('wanted-language');
    }
    const answer = await ask('/api/v1/visit/jobs');
    if (answer.status === 401) return 'login';
    if (answer.status === 403) return 'forbidden';
    if (!answer.ok) return 'later';
    const told = await answer.json(), { result, ...me } = told;
    me.skew = Math.abs(Date.parse(told.now) - Date.now()) > 60000 ? Date.parse(told.now) - Date.now() : 0;   // a phone's clock may be wrong
    await Store.put('facts', me, 'me');
    await Store.replaceJobs(result);
    return '';
  }

  /* A conflict: what was written is kept as notes beside the record, or thrown away; the person decides. */
  const ofJob = async (owner, job) => (await Store.all('outbox')).filter(entry => entry.owner === owner && entry.job === job && !entry.body.as_note);
  async function asNotes(owner, job, drafts) {
    for (const entry of await ofJob(owner, job)) {
      await Store.put('outbox', Object.assign(entry, { id: uuid(), status: 'waiting', answer: null, body: Object.assign(entry.body, { as_note: true }) }));
    }
    for (const draft of drafts) await Store.put('outbox', Object.assign({ id: uuid(), status: 'waiting' }, draft));
    return flush();
  }
  async function discard(owner, job) {
    for (const entry of await ofJob(owner, job)) await Store.drop('outbox', entry.n);
    return flush();
  }
  return { add, ask, flush, asNotes, discard, listen: listener => listeners.push(listener) };
})();
addEventListener('online', () => Outbox.flush());
document.addEventListener('visibilitychange', () => document.hidden || Outbox.flush());
setInterval(() => Outbox.flush(), 30000);
