/* The phone's pages: words first, then whatever the address names, then the network. */
'use strict';
let why = null;                                                          // why sending stopped; null: not tried yet

async function speak(code) {
  const answer = await fetch(`/m/words/${code}.json`);
  T = await answer.json();
  document.documentElement.lang = T.lang;
  localStorage.setItem('language', code);
  $('back').setAttribute('aria-label', say('back'));
}
async function draw() {
  me = await Store.get('facts', 'me') || null;
  const id = Number(location.hash.slice(1));
  foot();
  await List.bar();
  if (id && me) await Visit.draw(id); else { Visit.leave(); await List.draw(); }
}
function foot() {
  $('foot').replaceChildren(me ? el('span', {}, me.name) : '', el('a', { href: '/' }, say('portal')),
    el('button', { type: 'button', className: 'btn plain', lang: T.other.code, onclick: otherLanguage }, T.other.name),
    me ? el('button', { type: 'button', className: 'btn plain', id: 'sign-out', onclick: signOut }, say('sign_out')) : '');
}
async function otherLanguage() {                                         // said to the portal when it can be reached
  localStorage.setItem('wanted-language', T.other.code);
  await speak(T.other.code);
  await draw();
  Outbox.flush();
}
/* What is not sent stays for its person; the jobs go. */
async function signOut() {
  const left = (await Store.all('outbox')).filter(entry => entry.owner === me.user).length;
  if (left && !confirm(say('still_unsent', { n: left }))) return;
  const session = await Outbox.ask('/session').catch(() => null);
  if (session && session.ok) await Outbox.ask('/sign-out', { method: 'POST', headers: { 'X-CSRFToken': (await session.json()).csrf } });
  else if (!session || session.status !== 401) { why = 'later'; await List.bar(); return; }
  await Store.forget();
  location.href = '/login/?next=/m/';
}
Outbox.listen(async stopped => {
  if (stopped !== 'sent') why = stopped;
  const before = me && me.user;
  me = await Store.get('facts', 'me') || null;
  if (stopped === '' && me) {
    if (!localStorage.getItem('wanted-language') && me.locale !== localStorage.getItem('language')) { await speak(me.locale); await draw(); return; }
    await Visit.tidy();
  }
  if ((me && me.user) !== before) { await draw(); return; }
  await List.bar();
  if (location.hash.length > 1) await Visit.renew(); else await List.draw();
});
addEventListener('hashchange', draw);
addEventListener('offline', () => List.bar());
$('back').addEventListener('click', () => { location.hash = ''; });
speak(localStorage.getItem('language') || document.documentElement.lang.slice(0, 2)).then(draw).then(() => Outbox.flush())
  .catch(() => { if (T) $('app').replaceChildren(el('p', { className: 'note' }, say('old_browser'))); });      // nothing can be kept here
if ('serviceWorker' in navigator) navigator.serviceWorker.register('/m/sw.js', { scope: '/m/' }).catch(() => null);
if (navigator.storage && navigator.storage.persist) navigator.storage.persist().catch(() => false);
